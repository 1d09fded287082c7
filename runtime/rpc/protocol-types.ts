import type { ZodTypeAny, z } from 'zod';

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

export type Params<O extends Operation> = z.infer<O['params']>;
export type ParamsIn<O extends Operation> = z.input<O['params']>;
export type Input<O extends Operation> = z.infer<O['input']>;
export type Event<O extends Operation> = z.infer<O['event']>;
export type Result<O extends Operation> = z.infer<O['result']>;
