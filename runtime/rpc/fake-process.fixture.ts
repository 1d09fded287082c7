import { VoiceError } from '../contract/errors';
import type { RpcCall, RpcClient } from './client';
import type { Event, Input, Params, Protocol, Result } from './protocol';

/** One call that was made to a FakeProcess. The test plays the other side. */
export class FakeCall<P extends Protocol, K extends keyof P & string> {
	readonly inputs: Array<Input<P[K]>> = [];
	cancelled = false;
	open = true;
	/** Set it to answer inputs as they come. */
	onInput: (input: Input<P[K]>) => void = () => undefined;
	/** Set it to end as a real process does when it is asked to stop; without it the call goes on. */
	onCancel: () => void = () => undefined;
	readonly result: Promise<Result<P[K]>>;
	private settle: { resolve(value: Result<P[K]>): void; reject(error: VoiceError): void } | undefined;

	constructor(
		readonly op: K,
		readonly params: Params<P[K]>,
		private readonly onEvent: (event: Event<P[K]>) => void,
	) {
		this.result = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
		this.result.catch(() => undefined);
	}

	/** As RpcClient does: events of a call that has ended are dropped. */
	emit(...events: Array<Event<P[K]>>): void {
		for (const event of events) if (this.open) this.onEvent(event);
	}

	resolve(value: Result<P[K]>): void {
		this.open = false;
		this.settle?.resolve(value);
	}

	reject(error: VoiceError): void {
		this.open = false;
		this.settle?.reject(error);
	}

	/** The inputs of one type. */
	of<T extends string>(type: T): Array<Extract<Input<P[K]>, { type: T }>> {
		return this.inputs.filter((input): input is Extract<Input<P[K]>, { type: T }> => (input as { type?: string }).type === type);
	}

	get asked(): RpcCall<Input<P[K]>, Result<P[K]>> {
		return {
			result: this.result,
			send: (input) => {
				if (!this.open) return;
				this.inputs.push(input);
				this.onInput(input);
			},
			cancel: () => {
				if (!this.open) return;
				this.cancelled = true;
				this.onCancel();
			},
		};
	}
}

type AnyCall<P extends Protocol> = { [K in keyof P & string]: FakeCall<P, K> }[keyof P & string];

/** Stands in for a RestartingProcess: calls are answered by the test, and it dies, comes back and stops when told. */
export class FakeProcess<P extends Protocol> {
	readonly calls: Array<AnyCall<P>> = [];
	/** Set it to play the other side as calls come. */
	onCall: (call: AnyCall<P>) => void = () => undefined;
	/** How often somebody asked for the process. */
	asked = 0;
	private state: 'ready' | 'starting' | VoiceError = 'ready';
	private readonly waiting: Array<() => void> = [];

	constructor(private readonly lost: VoiceError) {}

	async ready(): Promise<RpcClient<P>> {
		this.asked++;
		while (this.state === 'starting') await new Promise<void>((resolve) => this.waiting.push(resolve));
		if (this.state !== 'ready') throw this.state;
		return this.client();
	}

	/** All open calls fail; until come() everybody who asks waits. */
	die(): void {
		this.state = 'starting';
		for (const call of this.calls.filter(({ open }) => open)) call.reject(this.lost);
	}

	/** Whoever asks waits until come(); open calls go on. */
	hold(): void {
		this.state = 'starting';
	}

	come(): void {
		this.become('ready');
	}

	/** Whoever asks is refused with this error. */
	refuse(error: VoiceError): void {
		this.become(error);
	}

	/** For good: nobody gets it any more. */
	stop(): void {
		const stopping = new VoiceError('VOICE_ERR_STOPPING', 'The runtime is shutting down.');
		this.become(stopping);
		for (const call of this.calls.filter(({ open }) => open)) call.reject(stopping);
	}

	/** The calls of one operation, in order. */
	of<K extends keyof P & string>(op: K): Array<FakeCall<P, K>> {
		return this.calls.filter((call) => call.op === op) as unknown as Array<FakeCall<P, K>>;
	}

	/** The last call of this operation. Throws where there was none. */
	last<K extends keyof P & string>(op: K): FakeCall<P, K> {
		const call = this.of(op).at(-1);
		if (!call) throw new Error(`nobody called ${op}`);
		return call;
	}

	client(): RpcClient<P> {
		const call = <K extends keyof P & string>(op: K, params: Params<P[K]>, onEvent: (event: Event<P[K]>) => void = () => undefined): unknown => {
			const made = new FakeCall<P, K>(op, params, onEvent);
			this.calls.push(made as unknown as AnyCall<P>);
			this.onCall(made as unknown as AnyCall<P>);
			return made.asked;
		};
		return { call } as unknown as RpcClient<P>;
	}

	private become(state: 'ready' | VoiceError): void {
		this.state = state;
		for (const wake of this.waiting.splice(0)) wake();
	}
}
