import { z } from 'zod';
import { parseJson } from '../../lib/json';
import { readEvents, untilDone } from './event-stream';
import { saidIn } from './faults';
import type { RemoteAnswer, RemoteServer } from './remote-server';

/** vLLM, SGLang, llama-server: what went wrong after the headers were sent. */
const reportsError = z.object({ error: z.union([z.string(), z.object({})]) });

const MAX_WHOLE_CHARACTERS = 8 * 1024 * 1024;

/**
 * The chunks of a streamed answer; a server that does not stream gives one. Returns whether `[DONE]` was said.
 * Throws as the body, and VOICE_ERR_MODEL_FAILED for what is no JSON, has another shape or reports an error.
 */
export async function* streamedJson<T extends z.ZodTypeAny>(
	server: RemoteServer,
	{ contentType, body }: RemoteAnswer,
	shape: T,
	confidential: readonly string[] = [],
): AsyncGenerator<z.output<T>, boolean> {
	const events = untilDone(contentType === 'application/json' ? whole(server, body) : readEvents(body));
	try {
		for (;;) {
			const next = await events.next();
			if (next.done) return next.value;
			const json = parseJson(next.value);
			const parsed = shape.safeParse(json);
			if (reportsError.safeParse(json).success) throw server.reported(saidIn(json), confidential);
			if (!parsed.success) throw server.failed('sent something that is no answer');
			yield parsed.data as z.output<T>;
		}
	} finally {
		// Also where the reader stops early: the connection is closed, and the server stops.
		await events.return(false);
	}
}

async function* whole(server: RemoteServer, body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of body) {
		length += piece.length;
		if (length > MAX_WHOLE_CHARACTERS) throw server.failed(`answered with more than ${MAX_WHOLE_CHARACTERS} bytes`);
		pieces.push(piece);
	}
	yield Buffer.concat(pieces).toString('utf8');
}
