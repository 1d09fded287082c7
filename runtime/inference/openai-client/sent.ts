import { subscribe } from 'node:diagnostics_channel';
import { z } from 'zod';

/** Names one request: in our header, in the server's log where it writes it there, and here. */
export const REQUEST_ID = 'x-request-id';

const sentMessage = z.object({ headers: z.string() });
const waiting = new Map<string, () => void>();

// `fetch` says nothing between its call and the answer's headers; undici's documented channel does. Node's own
// fetch publishes there, behind a proxy too. The connection stands by then, TLS included.
subscribe('undici:client:sendHeaders', (message) => {
	if (waiting.size === 0) return;
	const parsed = sentMessage.safeParse(message);
	const id = parsed.success ? new RegExp(`^${REQUEST_ID}: (\\S+)`, 'im').exec(parsed.data.headers)?.[1] : undefined;
	if (id !== undefined) waiting.get(id)?.();
});

/** Calls `then` when the request of this id is on its way through a standing connection. Returns what ends the watch. */
export function whenSent(id: string, then: () => void): () => void {
	waiting.set(id, then);
	return () => waiting.delete(id);
}
