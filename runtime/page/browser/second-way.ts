import { z } from 'zod';
import type { PageRequest } from '../../contract/page-events';
import {
	CALL_TOKEN_HEADER,
	type CallerAnswer,
	type CallerMessage,
	type CallerPatch,
	type IceCandidate,
	type NumberedMessage,
	heldMessages,
	runtimeMessage,
} from '../../contract/signalling';
import { parseJson } from '../../lib/json';
import { CallFault, serverFault } from './faults';

/** A socket that has not joined by then does not work. */
const JOIN_LIMIT_MS = 4_000;
const PING_EVERY_MS = 4_000;
/** While the path is in doubt: what has not answered by then is taken for dead. A slow network costs an exchange over HTTP. */
const DOUBTED_LIMIT_MS = 700;
/** The pauses between tries to open the socket again. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** Between held requests that failed. */
const HOLD_RETRY_MS = 1_000;
/** The runtime answers a held request within 25 s. */
const HOLD_LIMIT_MS = 35_000;
const SEND_LIMIT_MS = 5_000;

export interface SecondWayListener {
	message(message: NumberedMessage): void;
	/** The last number that the page has. */
	last(): number;
	/** The runtime does not know the call any more, or says that it is over. */
	over(): void;
}

/** The runtime's word that there is no such call, or that the token is not its own. */
const refused = z.object({ error: z.object({ code: z.enum(['VOICE_ERR_CALL_UNKNOWN', 'VOICE_ERR_CALLER_REFUSED']) }) });

type Joined = Pick<CallerAnswer, 'sessionId' | 'token' | 'socket'>;
type Answer = Extract<z.infer<typeof runtimeMessage>, { type: 'answer' }>;

/**
 * The page's way to the runtime beside the data channel: a WebSocket where the runtime has one for this page and it works;
 * else a held request at the page's own address. It changes from one to the other by itself, and back.
 */
export class SecondWay {
	private socket: WebSocket | undefined;
	private joined = false;
	private stopped = false;
	private retryMs = FIRST_RETRY_MS;
	private retry: ReturnType<typeof setTimeout> | undefined;
	private pinger: ReturnType<typeof setInterval> | undefined;
	private holding: AbortController | undefined;
	private answered = true;
	private checking: Promise<boolean> | undefined;
	private heardFrom: () => void = () => undefined;
	private nextOffer = 1;
	private readonly offers = new Map<string, (answer: Answer | CallFault | undefined) => void>();

	/** @param inCall the page's own address for requests about this call */
	constructor(
		private readonly call: Joined & { token: string },
		private readonly inCall: string,
		private readonly listener: SecondWayListener,
	) {
		if (call.socket) this.openSocket(call.socket.url);
		else this.hold();
	}

	/** `socket` or `http`: by which way it goes now. */
	get way(): 'socket' | 'http' {
		return this.joined ? 'socket' : 'http';
	}

	/** Never fails: what does not arrive this way goes over the data channel, or is not needed any more. */
	ask(request: PageRequest): void {
		this.send({ type: 'request', request });
	}

	found(candidates: IceCandidate[]): void {
		this.send({ type: 'candidates', candidates });
	}

	/**
	 * Does the socket work? One of a path that is gone (an address that the device has no more) says nothing for minutes:
	 * it is given up, and all goes over HTTP until another one works.
	 */
	async checkSocket(): Promise<boolean> {
		this.checking ??= this.check().finally(() => (this.checking = undefined));
		return await this.checking;
	}

	/**
	 * Sound comes again after there was none. What was sent meanwhile waits for its repetition, for as long again as the path was
	 * dead: the data channel's and the socket's. A new socket or request waits for nothing.
	 */
	pathBack(): void {
		if (this.stopped) return;
		const hadSocket = this.joined;
		this.holding?.abort();
		this.holding = undefined;
		clearTimeout(this.retry);
		this.retryMs = FIRST_RETRY_MS;
		this.dropSocket();
		if (this.call.socket) this.openSocket(this.call.socket.url);
		if (!hadSocket) this.hold();
	}

	/**
	 * Over the socket, the answer to another offer, which is made where the path is in doubt; undefined where it does not work, and
	 * HTTP has to do it. @throws CallFault when the runtime refuses the offer
	 */
	async offer(sdp: string): Promise<string | undefined> {
		if (!(await this.checkSocket())) return undefined;
		const id = `offer-${this.nextOffer++}`;
		return await new Promise((resolve, reject) => {
			const limit = setTimeout(() => settle(undefined), SEND_LIMIT_MS);
			const settle = (answer: Answer | CallFault | undefined): void => {
				clearTimeout(limit);
				this.offers.delete(id);
				if (answer instanceof CallFault) reject(answer);
				else resolve(answer?.sdp);
			};
			this.offers.set(id, settle);
			this.say({ type: 'offer', id, sdp, trickle: true });
		});
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.retry);
		this.dropSocket();
		this.holding?.abort();
	}

	private async check(): Promise<boolean> {
		const { socket } = this;
		if (!socket || !this.joined) return false;
		const heard = new Promise<boolean>((resolve) => {
			const limit = setTimeout(() => resolve(false), DOUBTED_LIMIT_MS);
			this.heardFrom = () => {
				clearTimeout(limit);
				resolve(true);
			};
		});
		this.say({ type: 'ping' });
		if (await heard) return this.joined;
		if (this.socket === socket) this.deadSocket();
		return false;
	}

	private send(patch: CallerPatch): void {
		if (this.joined) this.say(patch);
		else void this.fetch('PATCH', '', AbortSignal.timeout(SEND_LIMIT_MS), patch).catch(() => undefined);
	}

	private say(message: CallerMessage): void {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
	}

	private openSocket(url: string): void {
		if (this.stopped) return;
		let socket: WebSocket;
		try {
			socket = new WebSocket(url);
		} catch {
			// Barred by the page's policy, or by the browser's.
			this.lostSocket(url);
			return;
		}
		this.socket = socket;
		const gone = (): void => {
			clearTimeout(limit);
			if (this.socket === socket) this.lostSocket(url);
		};
		const limit = setTimeout(gone, JOIN_LIMIT_MS);
		socket.onopen = () => this.say({ type: 'join', sessionId: this.call.sessionId, token: this.call.token, after: this.listener.last() });
		socket.onmessage = ({ data }: MessageEvent<unknown>) => {
			if (this.socket !== socket) return;
			clearTimeout(limit);
			this.receive(data);
		};
		socket.onclose = gone;
		// One that the page's policy bars never closes.
		socket.onerror = gone;
	}

	/** Browsers tell pages nothing of WebSocket's own pings. */
	private watchSocket(): void {
		this.answered = true;
		this.pinger = setInterval(() => {
			if (!this.answered && this.socket) {
				this.deadSocket();
				return;
			}
			this.answered = false;
			this.say({ type: 'ping' });
		}, PING_EVERY_MS);
	}

	private receive(data: unknown): void {
		const parsed = runtimeMessage.safeParse(typeof data === 'string' ? parseJson(data) : undefined);
		this.answered = true;
		this.heardFrom();
		if (!parsed.success) return;
		const message = parsed.data;
		if (message.type === 'joined') {
			this.joined = true;
			this.retryMs = FIRST_RETRY_MS;
			this.holding?.abort();
			this.holding = undefined;
			this.watchSocket();
		} else if (message.type === 'event' || message.type === 'candidate') {
			this.listener.message(message);
			this.say({ type: 'ack', seq: this.listener.last() });
		} else if (message.type === 'answer') {
			this.offers.get(message.id)?.(message);
		} else if (message.type === 'error' && message.id !== undefined) {
			this.offers.get(message.id)?.(new CallFault(serverFault(message.error)));
		} else if (message.type === 'bye' || (message.type === 'error' && message.error.code === 'VOICE_ERR_CALL_UNKNOWN')) {
			this.over();
		}
	}

	/** Closing waits for the other end, which is just what does not answer. */
	private deadSocket(): void {
		this.dropSocket();
		if (this.call.socket) this.lostSocket(this.call.socket.url);
	}

	private lostSocket(url: string): void {
		this.dropSocket();
		if (this.stopped) return;
		this.hold();
		this.retry = setTimeout(() => this.openSocket(url), this.retryMs);
		this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
	}

	private dropSocket(): void {
		const { socket } = this;
		this.socket = undefined;
		this.joined = false;
		clearInterval(this.pinger);
		// Nobody answers them any more.
		for (const settle of [...this.offers.values()]) settle(undefined);
		socket?.close();
	}

	private hold(): void {
		if (this.holding || this.stopped) return;
		this.holding = new AbortController();
		void this.holdOn(this.holding.signal);
	}

	private async holdOn(cancelled: AbortSignal): Promise<void> {
		while (!cancelled.aborted) {
			try {
				const limit = AbortSignal.any([cancelled, AbortSignal.timeout(HOLD_LIMIT_MS)]);
				const response = await this.fetch('GET', `&after=${this.listener.last()}`, limit);
				const body: unknown = await response.json();
				// n8n's own 404 says only that no workflow listens yet.
				if (refused.safeParse(body).success) return this.over();
				const told = heldMessages.safeParse(body);
				if (response.ok && told.success) {
					for (const message of told.data.messages) this.listener.message(message);
					if (told.data.ended) return this.over();
					continue;
				}
			} catch {
				// No network, or no n8n: it may come back.
			}
			await new Promise((resolve) => setTimeout(resolve, HOLD_RETRY_MS));
		}
	}

	private async fetch(method: string, query: string, signal: AbortSignal, patch?: CallerPatch): Promise<Response> {
		const headers: Record<string, string> = { [CALL_TOKEN_HEADER]: this.call.token };
		if (patch) headers['content-type'] = 'application/json';
		return await fetch(`${this.inCall}${query}`, { method, headers, cache: 'no-store', signal, ...(patch && { body: JSON.stringify(patch) }) });
	}

	private over(): void {
		if (this.stopped) return;
		this.stop();
		this.listener.over();
	}
}
