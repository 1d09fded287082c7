import type { RawData, WebSocket } from 'ws';
import { VoiceError } from '../../contract/errors';
import { type CallerMessage, type RuntimeMessage, callerMessage } from '../../contract/signalling';
import { parseJson } from '../../lib/json';
import { MessageRate } from './message-rate';
import type { MessageLog } from './message-log';
import type { SignalledCall } from './signalled-call';

type Message = ReturnType<typeof callerMessage.parse>;
/** What a socket says before it belongs to a call. */
export type JoinMessage = Extract<Message, { type: 'join' }>;

/** The call that a socket has come into. */
export interface JoinedCall {
	readonly call: SignalledCall;
	readonly messages: MessageLog;
	/** The last number that the caller has. */
	readonly after: number;
}

export interface SocketListener {
	/** Throws a VoiceError: the socket is then closed with it. */
	join(message: JoinMessage): Promise<JoinedCall>;
	joined(): void;
	closed(): void;
}

/** How long a new socket may take to say which call it belongs to. */
const JOIN_LIMIT_MS = 5000;
/** A page asks for little: candidates, an ack for each caption. */
const MESSAGES_PER_SECOND = 40;
const MESSAGE_BURST = 120;
/** A page that does not read any more must not fill our memory, bytes. */
const MAX_BUFFERED_BYTES = 2_000_000;
/** WebSocket close code: the peer broke the protocol. */
const POLICY_VIOLATION = 1008;

/** One WebSocket of a caller. Until it has joined a call it may say one thing; then it carries what HTTP carries. */
export class SignallingSocket {
	private readonly rate = new MessageRate(MESSAGES_PER_SECOND, MESSAGE_BURST);
	private readonly late: NodeJS.Timeout;
	private joined: JoinedCall | undefined;
	private joining = false;
	private sent = 0;
	private stopListening: () => void = () => undefined;
	private alive = true;

	constructor(
		private readonly socket: WebSocket,
		private readonly listener: SocketListener,
	) {
		const slow = new VoiceError('VOICE_ERR_BAD_REQUEST', `The socket did not join a call within ${JOIN_LIMIT_MS / 1000} seconds.`);
		this.late = setTimeout(() => this.refuse(slow), JOIN_LIMIT_MS);
		// A message that is too large, or no UTF-8: ws closes the socket with a code that says so.
		socket.on('error', () => undefined);
		socket.on('pong', () => (this.alive = true));
		socket.on('message', (data, isBinary) => this.receive(data, isBinary));
		socket.once('close', () => {
			clearTimeout(this.late);
			this.stopListening();
			this.listener.closed();
		});
	}

	/** Asks whether the other end is there; a socket that did not answer the last time is ended. */
	ping(): void {
		if (!this.alive) this.socket.terminate();
		this.alive = false;
		this.socket.ping();
	}

	terminate(): void {
		this.socket.terminate();
	}

	/** Another socket of the same caller has come. */
	replace(): void {
		this.refuse(new VoiceError('VOICE_ERR_CANCELLED', 'Another WebSocket has joined this call.'));
	}

	private receive(data: RawData, isBinary: boolean): void {
		if (this.socket.readyState !== this.socket.OPEN) return;
		if (!this.rate.take()) {
			this.refuse(new VoiceError('VOICE_ERR_TOO_MANY', `More than ${MESSAGES_PER_SECOND} messages a second came over the socket.`));
			return;
		}
		const parsed = callerMessage.safeParse(!isBinary && Buffer.isBuffer(data) ? parseJson(data.toString('utf8')) : undefined);
		if (!parsed.success) {
			const issue = parsed.error.issues[0];
			this.refuse(new VoiceError('VOICE_ERR_BAD_REQUEST', `${issue?.path.join('.') || 'The message'}: ${issue?.message}`));
			return;
		}
		const message = parsed.data;
		if (message.type === 'ping') this.send({ type: 'pong' });
		else if (this.joined) this.obey(message, this.joined);
		else this.enter(message);
	}

	private enter(message: Message): void {
		if (this.joining || message.type !== 'join') {
			this.refuse(firstIsJoin(message.type));
			return;
		}
		this.joining = true;
		clearTimeout(this.late);
		this.listener.join(message).then(
			(joined) => this.begin(joined),
			(thrown: unknown) => this.refuse(VoiceError.from(thrown)),
		);
	}

	private begin(joined: JoinedCall): void {
		if (this.socket.readyState !== this.socket.OPEN) return;
		this.joined = joined;
		this.listener.joined();
		this.sent = joined.after;
		this.send({ type: 'joined' });
		this.stopListening = joined.messages.onChange(() => this.tell(joined.messages));
		this.tell(joined.messages);
	}

	/** All that was told since the last time. */
	private tell(messages: MessageLog): void {
		for (const message of messages.after(this.sent)) {
			this.sent = message.seq;
			this.send(message);
		}
		if (!messages.ended) return;
		this.send({ type: 'bye' });
		this.socket.close();
	}

	private obey(message: Message, { call, messages }: JoinedCall): void {
		switch (message.type) {
			case 'offer':
				void this.reoffer(call, message);
				break;
			case 'candidates':
				call.addCandidates(message.candidates);
				break;
			case 'request':
				call.ask(message.request);
				break;
			case 'ack':
				messages.acknowledge(message.seq);
				break;
			case 'bye':
				call.end('the caller hung up');
				break;
			case 'join':
				this.refuse(new VoiceError('VOICE_ERR_BAD_REQUEST', 'This socket has joined a call already.'));
				break;
			case 'ping':
				break;
		}
	}

	private async reoffer(call: SignalledCall, offer: Extract<CallerMessage, { type: 'offer' }>): Promise<void> {
		const { id = '', sdp, trickle } = offer;
		try {
			this.send({ type: 'answer', id, sdp: await call.reoffer(sdp, trickle) });
		} catch (thrown) {
			this.send({ type: 'error', id, error: VoiceError.from(thrown).toShape() });
		}
	}

	private send(message: RuntimeMessage): void {
		if (this.socket.readyState !== this.socket.OPEN) return;
		if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) this.socket.terminate();
		else this.socket.send(JSON.stringify(message));
	}

	private refuse(error: VoiceError): void {
		this.send({ type: 'error', error: error.toShape() });
		this.socket.close(POLICY_VIOLATION, error.code);
	}
}

function firstIsJoin(type: Message['type']): VoiceError {
	if (type !== 'offer') return new VoiceError('VOICE_ERR_BAD_REQUEST', 'The first message must be a `join`, and nothing may follow before it is answered.');
	return new VoiceError('VOICE_ERR_CALLER_REFUSED', 'A call does not begin over the WebSocket.', {
		remedy: 'Make the offer at the trigger\'s URL, and join the call with the token of the answer.',
	});
}
