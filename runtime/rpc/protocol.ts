import { z } from 'zod';
import { errorShape } from '../contract/errors';

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
	send(message: WireMessage): void;
	onMessage(listener: (message: unknown) => void): void;
	onClose(listener: () => void): void;
}
