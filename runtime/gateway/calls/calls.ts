import { randomBytes } from 'node:crypto';
import type { OpenSession, OpenedSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { Admission } from './admission';
import type { CallDeps } from './call-deps';
import { Call } from './call';
import type { Turn } from '../turns/turn';
import type { TurnApi } from '../turns/turn-api';

/** How long the reason of an ended session can still be asked for: a page learns it when it tries to reconnect. */
const REMEMBERED_MS = 60_000;

function newSessionId(): string {
	return `s_${randomBytes(18).toString('base64url')}`;
}

/** All sessions of this gateway. A session leaves when it ends; closeAll() ends the rest. */
export class Calls {
	private readonly live = new Map<string, Call>();
	private readonly turns = new Map<string, Call>();
	private readonly ended = new Map<string, VoiceError>();
	/** At the door: counted, so that a rush of offers cannot pass the limit together. */
	private arriving = 0;

	constructor(
		private readonly deps: CallDeps,
		private readonly admission: Admission,
	) {
		deps.streams.onGone((workflowId) => {
			for (const session of this.live.values()) session.workflowGone(workflowId);
		});
	}

	get size(): number {
		return this.live.size;
	}

	async open(request: OpenSession): Promise<OpenedSession> {
		const calls = this.live.size + this.arriving++;
		try {
			await this.admission.admit(calls, request.agent);
		} finally {
			this.arriving--;
		}
		const id = newSessionId();
		const session = new Call(id, request, this.deps, {
			turnStarted: (turnId) => this.turns.set(turnId, session),
			turnForgotten: (turnId) => this.turns.delete(turnId),
			ended: (error) => this.forget(id, error),
		});
		this.live.set(id, session);
		const answer = await session.open(request.offer);
		return { sessionId: id, answer };
	}

	get(id: string): Call {
		const session = this.live.get(id);
		if (session) return session;
		throw this.ended.get(id) ?? new VoiceError('VOICE_ERR_SESSION_UNKNOWN', 'There is no such call.');
	}

	turn(id: string): { desk: TurnApi; turn: Turn } {
		const desk = this.turns.get(id)?.desk;
		const turn = desk?.find(id);
		if (!desk || !turn) throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
		return { desk, turn };
	}

	closeAll(reason: string): void {
		for (const session of [...this.live.values()]) session.end(reason);
	}

	private forget(id: string, error?: VoiceError): void {
		this.live.delete(id);
		const reason = error ?? new VoiceError('VOICE_ERR_SESSION_UNKNOWN', 'The call has ended.');
		this.ended.set(id, reason);
		setTimeout(() => this.ended.delete(id), REMEMBERED_MS).unref();
	}
}
