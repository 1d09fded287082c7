import { z, type ZodTypeAny } from 'zod';
import { errorShape, VoiceError } from '../contract/errors';

/** What really crosses between two processes. `id` numbers the caller's calls. */
export const wireMessage = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('call'), id: z.number(), op: z.string(), params: z.unknown() }),
	z.object({ kind: z.literal('input'), id: z.number(), value: z.unknown() }),
	z.object({ kind: z.literal('cancel'), id: z.number() }),
	z.object({ kind: z.literal('event'), id: z.number(), value: z.unknown() }),
	z.object({ kind: z.literal('result'), id: z.number(), value: z.unknown() }),
	z.object({ kind: z.literal('error'), id: z.number(), error: errorShape }),
]);
export type WireMessage = z.infer<typeof wireMessage>;

/** One end of the pipe: a ChildProcess on the parent's side, `process` on the child's. */
export interface Pipe {
	/** Throws where the message cannot be sent: what it holds is no data, nested too deeply or too large. Nothing of it has crossed then. */
	send(message: WireMessage): void;
	onMessage(listener: (message: unknown) => void): void;
	onClose(listener: () => void): void;
}

/**
 * One thing a child process can be asked to do. A call may be answered at once, or live as long as a
 * session: while it lives the caller sends `input`s, the child sends `event`s, and either end may end it.
 */
export interface Operation {
	readonly params: ZodTypeAny;
	readonly input: ZodTypeAny;
	readonly event: ZodTypeAny;
	readonly result: ZodTypeAny;
}

export type Protocol = Readonly<Record<string, Operation>>;

/**
 * In every protocol of a child process: its first answer says that it has loaded, the following ones that it lives.
 * `stuckMs`: how long the oldest step of native code has been running that should take a moment.
 */
export const ping = {
	params: z.object({}),
	input: z.never(),
	event: z.never(),
	result: z.object({ stuckMs: z.number().nonnegative() }),
} as const satisfies Operation;

export type Params<O extends Operation> = z.infer<O['params']>;
export type ParamsIn<O extends Operation> = z.input<O['params']>;
export type Input<O extends Operation> = z.infer<O['input']>;
export type Event<O extends Operation> = z.infer<O['event']>;
export type Result<O extends Operation> = z.infer<O['result']>;

/** The error of a call whose message could not be sent; `what` begins the sentence. */
export function unsendable(what: string, cause: unknown): VoiceError {
	const { code, message } = VoiceError.from(cause);
	return new VoiceError(code, `${what} could not be sent: ${message}`, { cause });
}
