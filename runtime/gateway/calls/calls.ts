import { randomBytes } from 'node:crypto';
import type { OpenSession, OpenedSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { unknownCall } from '../../lib/call-token';
import type { CallPermit } from '../../contract/join-token';
import type { Joined, JoinTokens } from '../join-tokens/join-tokens';
import type { StoredCall } from '../journal/journal';
import type { MessageLog } from '../signalling/message-log';
import type { SignalledCall } from '../signalling/signalled-call';
import type { TriggerStreams } from '../n8n/trigger-streams';
import type { Turn } from '../turns/turn';
import type { TurnApi } from '../turns/turn-api';
import type { Admission } from './admission';
import { Call } from './call';
import type { CallDeps, CallListener } from './call-deps';
import type { CallerLimits } from './caller-limits';
import { type CallRequest, callRequest } from './call-request';
import { callOfToken } from './resume-token';

/** How long the reason of an ended call can still be asked for: a page learns it when it tries to reconnect. */
const REMEMBERED_MS = 60_000;
/** Whoever opens and ends calls in a rush must not fill our memory with what was said in them. */
const MOST_REMEMBERED = 200;

function newCallId(): string {
	return `s_${randomBytes(18).toString('base64url')}`;
}

/** All calls of this gateway, and the turns that nodes may ask about. A call leaves when it ends; closeAll() ends the rest. */
export class Calls {
	private readonly live = new Map<string, Call>();
	private readonly turns = new Map<string, Call>();
	private readonly ended = new Map<string, { readonly reason: VoiceError; readonly messages: MessageLog }>();
	/** At the door: counted, so that a rush of offers cannot pass the limit together. */
	private arriving = 0;
	private closed = false;

	constructor(
		private readonly deps: CallDeps,
		private readonly admission: Pick<Admission, 'admit'>,
		streams: Pick<TriggerStreams, 'onGone'>,
		private readonly joinTokens: Pick<JoinTokens, 'admit'>,
		private readonly limits: Pick<CallerLimits, 'offered' | 'called' | 'goesOn'>,
	) {
		streams.onGone((workflowId) => {
			for (const call of [...this.live.values()]) call.workflowGone(workflowId);
		});
	}

	get size(): number {
		return this.live.size;
	}

	/** An absent caller needs nothing of the machine. */
	private get present(): number {
		return [...this.live.values()].filter(({ absent }) => !absent).length;
	}

	/**
	 * Rejects with VOICE_ERR_TOO_MANY, VOICE_ERR_BUSY, VOICE_ERR_BAD_OFFER, VOICE_ERR_MEDIA_LOST or what is wrong with the caller's join token;
	 * there is no call then, and the token is as good as before. A caller who comes back: see resume().
	 */
	async open(request: OpenSession): Promise<OpenedSession> {
		await this.limits.offered({ address: request.callerAddress, token: request.join?.token });
		if (request.resumeToken !== undefined) return await this.resume(request.resumeToken, request.offer, request.trickle);
		const joined = request.join && (await this.joinTokens.admit(request.join));
		let leave = (): void => undefined;
		try {
			leave = this.limits.called({ address: request.callerAddress });
			return await this.openFor(request, joined, leave);
		} catch (thrown) {
			joined?.giveBack();
			leave();
			throw thrown;
		}
	}

	private async openFor(request: OpenSession, joined: Joined | undefined, leave: () => void): Promise<OpenedSession> {
		const calls = this.present + this.arriving++;
		try {
			await this.admission.admit(calls, request.agent);
		} finally {
			this.arriving--;
		}
		if (this.closed) throw new VoiceError('VOICE_ERR_STOPPING', 'The voice runtime is shutting down.');
		const id = newCallId();
		let connected = false;
		let answered = false;
		const call = this.add(id, callRequest(request, joined?.permit), {
			connected: () => (connected = true),
			ended: () => {
				leave();
				// Whom no sound ever reached tries again, perhaps from another network.
				if (answered && !connected) joined?.giveBack();
			},
		});
		const answer = await call.open(request.offer);
		answered = true;
		return this.opened(call, answer, call.record.resumeToken);
	}

	/**
	 * A caller comes back to their call with a new offer. Whoever was let in is let in again, even where the machine is full.
	 * Rejects with VOICE_ERR_CALL_UNKNOWN, or why the call has ended, or as Call.connect does: the call then goes on waiting.
	 */
	async resume(resumeToken: string, offer: string, trickle = false): Promise<OpenedSession> {
		const call = this.get(callOfToken(resumeToken));
		// As if there were no such call: a token that is wrong learns nothing.
		if (!call.record.opensWith(resumeToken)) throw unknownCall();
		return this.opened(call, await call.connect(offer, trickle), resumeToken);
	}

	/** The calls that the process before had: their callers are absent. */
	restore(): void {
		for (const stored of this.deps.journal.take()) {
			const leave = this.limits.goesOn({ address: stored.request.callerAddress });
			this.add(stored.id, stored.request, { connected: () => undefined, ended: leave }, stored).restore(stored);
		}
	}

	/** `ended` is told once the call is forgotten here. */
	private add(id: string, request: CallRequest, { connected, ended }: Pick<CallListener, 'connected' | 'ended'>, stored?: StoredCall): Call {
		const call: Call = new Call(id, request, this.deps, {
			connected,
			turnStarted: (turnId) => this.turns.set(turnId, call),
			turnForgotten: (turnId) => this.turns.delete(turnId),
			ended: (error) => {
				this.forget(call, error);
				ended(error);
			},
		}, stored);
		this.live.set(id, call);
		return call;
	}

	private opened({ id, line }: Call, answer: string, resumeToken: string | undefined): OpenedSession {
		return { sessionId: id, answer, iceServers: this.deps.network.forCaller(), resumeToken, after: line.messages.before };
	}

	/** Throws why the call has ended, where that was a moment ago; else VOICE_ERR_CALL_UNKNOWN. */
	get(id: string): Call {
		const call = this.live.get(id);
		if (call) return call;
		throw this.ended.get(id)?.reason ?? unknownCall();
	}

	/** How its page asks. Throws as get() does. */
	line(id: string): SignalledCall {
		return this.get(id).line;
	}

	/** What the page was told: of a call that has ended a moment ago, too. Throws VOICE_ERR_CALL_UNKNOWN. */
	messages(id: string): MessageLog {
		return this.ended.get(id)?.messages ?? this.get(id).line.messages;
	}

	/** Throws VOICE_ERR_TURN_UNKNOWN. */
	turn(id: string): { api: TurnApi; turn: Turn } {
		const api = this.turns.get(id)?.api;
		const turn = api?.find(id);
		if (!api || !turn) throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
		return { api, turn };
	}

	/** A new inference process has none of the models: they are loaded before somebody waits for them. */
	warmAll(): void {
		for (const call of [...this.live.values()]) call.warm();
	}

	/** What the token of the turn's caller allows; undefined where callers need none, and where the turn is forgotten. */
	permitOf(turnId: string): CallPermit | undefined {
		return this.turns.get(turnId)?.api.permit;
	}

	/** Another process goes on with them, from the journal. */
	suspendAll(): void {
		this.closed = true;
		for (const call of this.live.values()) call.suspend();
	}

	closeAll(reason: string): void {
		this.closed = true;
		for (const call of [...this.live.values()]) call.end(reason);
	}

	private forget({ id, line: { messages } }: Call, error?: VoiceError): void {
		this.live.delete(id);
		const reason = error ?? new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
		this.ended.set(id, { reason, messages });
		const [oldest] = this.ended.keys();
		if (oldest !== undefined && this.ended.size > MOST_REMEMBERED) this.ended.delete(oldest);
		setTimeout(() => this.ended.delete(id), REMEMBERED_MS).unref();
	}
}
