import { randomBytes } from 'node:crypto';
import type { OpenSession, OpenedSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { TriggerStreams } from '../n8n/trigger-streams';
import type { Turn } from '../turns/turn';
import type { TurnApi } from '../turns/turn-api';
import type { Admission } from './admission';
import { Call } from './call';
import type { CallDeps } from './call-deps';

/** How long the reason of an ended call can still be asked for: a page learns it when it tries to reconnect. */
const REMEMBERED_MS = 60_000;

function newCallId(): string {
	return `s_${randomBytes(18).toString('base64url')}`;
}

/** All calls of this gateway, and the turns that nodes may ask about. A call leaves when it ends; closeAll() ends the rest. */
export class Calls {
	private readonly live = new Map<string, Call>();
	private readonly turns = new Map<string, Call>();
	private readonly ended = new Map<string, VoiceError>();
	/** At the door: counted, so that a rush of offers cannot pass the limit together. */
	private arriving = 0;

	constructor(
		private readonly deps: CallDeps,
		private readonly admission: Pick<Admission, 'admit'>,
		streams: Pick<TriggerStreams, 'onGone'>,
	) {
		streams.onGone((workflowId) => {
			for (const call of [...this.live.values()]) call.workflowGone(workflowId);
		});
	}

	get size(): number {
		return this.live.size;
	}

	/** Rejects with VOICE_ERR_BUSY, VOICE_ERR_BAD_OFFER or VOICE_ERR_MEDIA_LOST; there is no call then. */
	async open(request: OpenSession): Promise<OpenedSession> {
		const calls = this.live.size + this.arriving++;
		try {
			await this.admission.admit(calls, request.agent);
		} finally {
			this.arriving--;
		}
		const id = newCallId();
		const call = new Call(id, request, this.deps, {
			turnStarted: (turnId) => this.turns.set(turnId, call),
			turnForgotten: (turnId) => this.turns.delete(turnId),
			ended: (error) => this.forget(id, error),
		});
		this.live.set(id, call);
		const answer = await call.open(request.offer);
		return { sessionId: id, answer, iceServers: this.deps.network.forCaller() };
	}

	/** Throws why the call has ended, where that was a moment ago; else VOICE_ERR_CALL_UNKNOWN. */
	get(id: string): Call {
		const call = this.live.get(id);
		if (call) return call;
		throw this.ended.get(id) ?? new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The voice runtime does not know this call. It may have been restarted.');
	}

	/** Throws VOICE_ERR_TURN_UNKNOWN. */
	turn(id: string): { api: TurnApi; turn: Turn } {
		const api = this.turns.get(id)?.api;
		const turn = api?.find(id);
		if (!api || !turn) throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
		return { api, turn };
	}

	closeAll(reason: string): void {
		for (const call of [...this.live.values()]) call.end(reason);
	}

	private forget(id: string, error?: VoiceError): void {
		this.live.delete(id);
		const reason = error ?? new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
		this.ended.set(id, reason);
		setTimeout(() => this.ended.delete(id), REMEMBERED_MS).unref();
	}
}
