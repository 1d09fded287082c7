import type { ErrorCode } from '../contract/error-kinds';
import { VoiceError } from '../contract/errors';
import { type Event, type Input, type ParamsIn, type Protocol, type Result, type Pipe, type WireMessage, unsendable, wireMessage } from './protocol';

/** A call under way. */
export interface RpcCall<I, R> {
	readonly result: Promise<R>;
	/** Does nothing once the call has ended. */
	send(input: I): void;
	/** Asks the child to stop; `result` then rejects with VOICE_ERR_CANCELLED unless it came first. */
	cancel(): void;
}

interface Pending {
	readonly op: string;
	onEvent(value: unknown): void;
	resolve(value: unknown): void;
	reject(error: VoiceError): void;
}

/** The asking end of a protocol. All open calls fail with `lostCode` when the other process is gone. */
export class RpcClient<P extends Protocol> {
	private readonly pending = new Map<number, Pending>();
	private nextId = 1;
	private closed = false;

	constructor(
		private readonly protocol: P,
		private readonly pipe: Pipe,
		private lostCode: ErrorCode,
	) {
		pipe.onMessage((message) => this.receive(message));
		pipe.onClose(() => this.lose());
	}

	/** The other end is gone: every call fails. */
	get isLost(): boolean {
		return this.closed;
	}

	call<K extends keyof P & string>(
		op: K,
		params: ParamsIn<P[K]>,
		onEvent: (event: Event<P[K]>) => void = () => undefined,
	): RpcCall<Input<P[K]>, Result<P[K]>> {
		const id = this.nextId++;
		const result = new Promise<Result<P[K]>>((resolve, reject) => {
			if (this.closed) {
				reject(this.lost(op));
				return;
			}
			this.pending.set(id, { op, onEvent, resolve, reject });
			this.post({ kind: 'call', id, op, params });
		});
		return {
			result,
			send: (value) => {
				if (this.pending.has(id)) this.post({ kind: 'input', id, value });
			},
			cancel: () => {
				if (this.pending.has(id)) this.pipe.send({ kind: 'cancel', id });
			},
		};
	}

	/** The other process will end, and is meant to: what is still open then fails with `code` instead. */
	expectClose(code: ErrorCode): void {
		this.lostCode = code;
	}

	/** What cannot be sent fails its call, not the process. */
	private post(message: Extract<WireMessage, { kind: 'call' | 'input' }>): void {
		try {
			this.pipe.send(message);
		} catch (cause) {
			const call = this.pending.get(message.id);
			this.pending.delete(message.id);
			if (message.kind === 'input') this.pipe.send({ kind: 'cancel', id: message.id });
			call?.reject(unsendable(`What "${call.op}" was asked for`, cause));
		}
	}

	/** The other process hangs: what is open fails now, and what it may still say is not heard. */
	abandon(): void {
		this.lose();
	}

	private receive(raw: unknown): void {
		const parsed = wireMessage.safeParse(raw);
		if (!parsed.success) return;
		const message = parsed.data;
		const pending = this.pending.get(message.id);
		// Late news of a call that has ended: an event that crossed with our cancel.
		if (!pending) return;
		if (message.kind === 'event') {
			const event = this.protocol[pending.op]?.event.safeParse(message.value);
			if (event?.success) this.deliver(message.id, pending, event.data);
			return;
		}
		this.pending.delete(message.id);
		if (message.kind === 'error') pending.reject(VoiceError.fromShape(message.error));
		else if (message.kind === 'result') {
			const result = this.protocol[pending.op]?.result.safeParse(message.value);
			if (result?.success) pending.resolve(result.data);
			else pending.reject(new VoiceError('VOICE_ERR_INTERNAL', `The answer to ${pending.op} has a wrong shape.`));
		}
	}

	/** Whoever listens may fail: that is the end of this call, not of the process with all its other calls. */
	private deliver(id: number, call: Pending, event: unknown): void {
		try {
			call.onEvent(event);
		} catch (cause) {
			this.pending.delete(id);
			this.pipe.send({ kind: 'cancel', id });
			call.reject(new VoiceError('VOICE_ERR_INTERNAL', `An event of ${call.op} could not be handled: ${String(cause)}`, { cause }));
		}
	}

	private lose(): void {
		this.closed = true;
		const orphans = [...this.pending.values()];
		this.pending.clear();
		for (const call of orphans) call.reject(this.lost(call.op));
	}

	private lost(op: string): VoiceError {
		return new VoiceError(this.lostCode, `The process that was asked for "${op}" is gone.`);
	}
}
