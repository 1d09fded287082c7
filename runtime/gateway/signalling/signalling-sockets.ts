import type { WebSocket } from 'ws';
import { checkCallToken } from '../../contract/call-token';
import { VoiceError } from '../../contract/errors';
import type { DirectCalls, SignalledCalls } from './signalled-call';
import { type FirstMessage, type JoinedCall, SignallingSocket } from './signalling-socket';

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
		private readonly direct?: DirectCalls,
	) {}

	/** Is there room for one more? Asked before a socket is opened. Throws VOICE_ERR_TOO_MANY. */
	admit(): void {
		if (this.sockets.size - this.ofCalls.size >= MAX_WAITING) throw new VoiceError('VOICE_ERR_TOO_MANY', 'Too many WebSockets wait to join a call.');
	}

	/** Takes over a socket of which nothing is known yet. `origin`: of the page that opened it. */
	accept(socket: WebSocket, origin: string | undefined): void {
		let sessionId: string | undefined;
		const entry: SignallingSocket = new SignallingSocket(socket, {
			join: async (message) => {
				const { id, joined } = await this.join(message, origin);
				sessionId = id;
				return joined;
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

	private async join(message: FirstMessage, origin: string | undefined): Promise<{ id: string; joined: JoinedCall }> {
		if (message.type === 'join') {
			const { sessionId: id, token, after } = message;
			checkCallToken(this.key, id, token);
			const messages = this.calls.messages(id);
			// Of a call that has ended a moment ago the caller still hears how.
			const call = messages.ended ? ENDED : this.calls.line(id);
			return { id, joined: { call, messages, after, welcome: { type: 'joined' } } };
		}
		const { joinToken, id: offerId } = message;
		if (!this.direct || joinToken === undefined) {
			throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'An offer over the WebSocket needs a join token.', {
				remedy: 'Make the offer at the trigger\'s URL, and join the call with the token of the answer.',
			});
		}
		const { sessionId: id, answer, ...rest } = await this.direct.open(joinToken, message, origin);
		const joined: JoinedCall = { call: this.calls.line(id), messages: this.calls.messages(id), after: 0, welcome: { type: 'answer', id: offerId, sessionId: id, sdp: answer, ...rest } };
		return { id, joined };
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
