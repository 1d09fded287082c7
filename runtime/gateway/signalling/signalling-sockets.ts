import type { WebSocket } from 'ws';
import { checkCallToken } from '../../lib/call-token';
import { VoiceError } from '../../contract/errors';
import type { SignalledCalls } from './signalled-call';
import { type JoinMessage, type JoinedCall, SignallingSocket } from './signalling-socket';

/** A half-open connection is found within two of these. */
const PING_EVERY_MS = 5000;
/** Sockets that have not said which call they belong to. Joining takes a round trip; more than these is an attack. */
const MAX_WAITING = 100;

/** The WebSockets of all callers. A call has one; a new one takes its place. */
export class SignallingSockets {
	private readonly sockets = new Set<SignallingSocket>();
	private readonly ofCalls = new Map<string, SignallingSocket>();
	private readonly pinger = setInterval(() => this.ping(), PING_EVERY_MS).unref();

	constructor(
		private readonly key: string,
		private readonly calls: SignalledCalls,
	) {}

	/** Is there room for one more? Asked before a socket is opened. Throws VOICE_ERR_TOO_MANY. */
	admit(): void {
		if (this.sockets.size - this.ofCalls.size >= MAX_WAITING) throw new VoiceError('VOICE_ERR_TOO_MANY', 'Too many WebSockets wait to join a call.');
	}

	/** Takes over a socket of which nothing is known yet. */
	accept(socket: WebSocket): void {
		let sessionId: string | undefined;
		const entry: SignallingSocket = new SignallingSocket(socket, {
			join: async (message) => {
				const joined = this.join(message);
				({ sessionId } = message);
				return await Promise.resolve(joined);
			},
			joined: () => {
				if (sessionId === undefined) return;
				this.ofCalls.get(sessionId)?.replace();
				this.ofCalls.set(sessionId, entry);
			},
			closed: () => {
				this.sockets.delete(entry);
				if (sessionId !== undefined && this.ofCalls.get(sessionId) === entry) this.ofCalls.delete(sessionId);
			},
		});
		this.sockets.add(entry);
	}

	close(): void {
		clearInterval(this.pinger);
		for (const socket of this.sockets) socket.terminate();
	}

	private join({ sessionId, token, after }: JoinMessage): JoinedCall {
		checkCallToken(this.key, sessionId, token);
		const messages = this.calls.messages(sessionId);
		// Of a call that has ended a moment ago the caller still hears how.
		return { call: messages.ended ? ENDED : this.calls.line(sessionId), messages, after };
	}

	private ping(): void {
		for (const socket of this.sockets) socket.ping();
	}
}

/** Nothing can be asked of it any more. */
const ENDED: JoinedCall['call'] = {
	reoffer: async () => {
		throw new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
	},
	iceSession: '',
	takeFragment: async () => undefined,
	addCandidates: () => undefined,
	ask: () => undefined,
	end: () => undefined,
};
