import WebSocket, { type RawData } from 'ws';
import type { AgentModels } from '../contract/agent-settings';
import { triggerPush } from '../contract/control';
import { VoiceError } from '../contract/errors';
import type { TriggerEvent } from '../contract/turn';
import { parseJson } from '../lib/json';
import type { Locator } from './voice-runtime';

/** The gateway pings every 5 s: after three missed ones the connection is dead, whatever TCP believes. */
const SILENCE_LIMIT_MS = 15_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** More events than can be on their way at once, for all calls together. */
const REMEMBERED = 500;

export interface TriggerStreamOptions {
	readonly locator: Locator;
	readonly workflowId: string;
	readonly node: string;
	/** What its calls will need; undefined where that cannot be read. */
	agent(): AgentModels | undefined;
	/** Starts the execution. The event is acknowledged after it resolves; if it throws, the runtime tries another way. */
	onEvent(event: TriggerEvent): Promise<void>;
	log(message: string): void;
}

/**
 * A published trigger's open line to the runtime: events come in, acknowledgements go out. It opens itself
 * again for as long as it is not closed, so neither order of starting n8n and the runtime matters.
 */
export class TriggerStream {
	private socket: WebSocket | undefined;
	private retry: NodeJS.Timeout | undefined;
	private failures = 0;
	private closed = false;
	/** Ids of events whose execution was started, with the promise of that. Oldest first. */
	private readonly seen = new Map<string, Promise<void>>();

	constructor(private readonly options: TriggerStreamOptions) {
		void this.open();
	}

	close(): void {
		this.closed = true;
		clearTimeout(this.retry);
		this.socket?.close(1000);
	}

	private async open(): Promise<void> {
		try {
			const { url, key } = await this.options.locator.locate();
			if (this.closed) return;
			this.connect(`${url.replace(/^http/, 'ws').replace(/\/$/, '')}/v1/triggers`, key);
		} catch (error) {
			const why = VoiceError.from(error);
			this.later(why.code === 'VOICE_ERR_INTERNAL' ? why.message : `${why.message} ${why.remedy}`);
		}
	}

	private connect(address: string, key: string): void {
		const socket = new WebSocket(address, { headers: { authorization: `Bearer ${key}` }, handshakeTimeout: SILENCE_LIMIT_MS });
		this.socket = socket;
		let why = 'the runtime closed the connection';
		let silence: NodeJS.Timeout | undefined;
		const heard = (): void => {
			clearTimeout(silence);
			silence = setTimeout(() => socket.terminate(), SILENCE_LIMIT_MS);
		};
		socket.on('open', () => {
			this.failures = 0;
			heard();
			const { workflowId, node } = this.options;
			socket.send(JSON.stringify({ type: 'hello', workflowId, node, agent: this.options.agent() }));
			if (this.closed) socket.close(1000);
		});
		socket.on('ping', heard);
		socket.on('message', (data) => {
			heard();
			void this.receive(socket, data);
		});
		socket.on('error', (error) => (why = error.message));
		socket.once('close', () => {
			clearTimeout(silence);
			if (this.closed) return;
			this.options.locator.forget();
			this.later(why);
		});
	}

	private later(why: string): void {
		if (this.closed) return;
		const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
		// Half of it by chance: many workflows must not come back in the same instant.
		const wait = full / 2 + (Math.random() * full) / 2;
		if (this.failures === 0) this.options.log(`No connection to the voice runtime (${why}). Trying again until there is one.`);
		this.failures += 1;
		this.retry = setTimeout(() => void this.open(), wait);
	}

	private async receive(socket: WebSocket, data: RawData): Promise<void> {
		const push = triggerPush.safeParse(
			// RawData may come in pieces; text messages of this size never do.
			Buffer.isBuffer(data) ? parseJson(data.toString('utf8')) : undefined,
		);
		if (!push.success) return;
		const { id, event } = push.data;
		try {
			await this.once(id, event);
			if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ack', id }));
		} catch (error) {
			this.options.log(`An event from the voice runtime could not start an execution: ${error instanceof Error ? error.message : String(error)}`);
		}
	}

	/** The same event may come again when its acknowledgement was lost. */
	private async once(id: string, event: TriggerEvent): Promise<void> {
		let done = this.seen.get(id);
		if (!done) {
			done = this.options.onEvent(event);
			this.seen.set(id, done);
			if (this.seen.size > REMEMBERED) this.seen.delete([...this.seen.keys()][0] ?? '');
			done.catch(() => this.seen.delete(id));
		}
		await done;
	}
}
