import { VoiceError } from '../contract/errors';
import { type Event, type Input, type Params, type Protocol, type Result, type Pipe, unsendable, wireMessage } from './protocol';

/** What a handler may do while its call lives. */
export interface CallContext<I, E> {
	/** Aborted when the caller cancels or is gone. Reject with VOICE_ERR_CANCELLED (or just throw) then. */
	readonly signal: AbortSignal;
	readonly emit: (event: E) => void;
	/** Inputs that came before the listener was set are kept for it, in order. */
	readonly onInput: (listener: (input: I) => void) => void;
}

export type Handlers<P extends Protocol> = {
	readonly [K in keyof P]: (
		params: Params<P[K]>,
		context: CallContext<Input<P[K]>, Event<P[K]>>,
	) => Promise<Result<P[K]>>;
};

interface Running {
	readonly op: string;
	readonly abort: AbortController;
	listener: ((input: unknown) => void) | undefined;
	readonly waiting: unknown[];
	/** Ends the call with what its listener threw. */
	fail(thrown: unknown): void;
}

/** The answering end: checks everything that comes in, so a handler never sees a malformed call. */
export function serve<P extends Protocol>(protocol: P, pipe: Pipe, handlers: Handlers<P>): void {
	const running = new Map<number, Running>();

	const result = (id: number, op: string, value: unknown): void => {
		try {
			pipe.send({ kind: 'result', id, value });
		} catch (cause) {
			pipe.send({ kind: 'error', id, error: unsendable(`The answer to "${op}"`, cause).toShape() });
		}
	};

	const start = (id: number, op: string, rawParams: unknown): void => {
		const operation = protocol[op];
		const params = operation?.params.safeParse(rawParams);
		if (!operation || !params?.success) {
			const why = params?.error?.issues[0];
			const message = operation ? `${op}: ${why?.path.join('.')} ${why?.message}` : `Unknown operation "${op}".`;
			pipe.send({ kind: 'error', id, error: new VoiceError('VOICE_ERR_BAD_REQUEST', message).toShape() });
			return;
		}
		const finish = (message: { value: unknown } | { thrown: unknown }): void => {
			if (!running.delete(id)) return;
			const fallback = call.abort.signal.aborted ? 'VOICE_ERR_CANCELLED' : 'VOICE_ERR_INTERNAL';
			if ('value' in message) result(id, op, message.value);
			else pipe.send({ kind: 'error', id, error: VoiceError.from(message.thrown, fallback).toShape() });
		};
		const fail = (thrown: unknown): void => {
			finish({ thrown });
			call.abort.abort();
		};
		const call: Running = { op, abort: new AbortController(), listener: undefined, waiting: [], fail };
		running.set(id, call);
		const context: CallContext<unknown, unknown> = {
			signal: call.abort.signal,
			emit: (value) => {
				if (!running.has(id)) return;
				try {
					pipe.send({ kind: 'event', id, value });
				} catch (cause) {
					fail(unsendable(`What "${op}" had to tell`, cause));
				}
			},
			onInput: (listener) => {
				call.listener = listener;
				for (const value of call.waiting.splice(0)) listener(value);
			},
		};
		const handler = handlers[op] as (params: unknown, context: CallContext<unknown, unknown>) => Promise<unknown>;
		// Started at once: a cancel that follows finds the handler already listening to its signal.
		const working = (async () => await handler(params.data, context))();
		working.then((value) => finish({ value }), (thrown: unknown) => finish({ thrown }));
	};

	const input = (call: Running, raw: unknown): void => {
		const parsed = protocol[call.op]?.input.safeParse(raw);
		if (!parsed?.success) return;
		if (!call.listener) {
			call.waiting.push(parsed.data);
			return;
		}
		try {
			call.listener(parsed.data);
		} catch (thrown) {
			call.fail(thrown);
		}
	};

	pipe.onMessage((raw) => {
		const parsed = wireMessage.safeParse(raw);
		if (!parsed.success) return;
		const message = parsed.data;
		if (message.kind === 'call') start(message.id, message.op, message.params);
		const call = running.get(message.id);
		if (!call) return;
		if (message.kind === 'input') input(call, message.value);
		else if (message.kind === 'cancel') call.abort.abort();
	});
	pipe.onClose(() => {
		for (const call of running.values()) call.abort.abort();
	});
}
