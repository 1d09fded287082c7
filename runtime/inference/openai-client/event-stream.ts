import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { parseJson } from '../../lib/json';
import { saidIn } from './refusal';
import { type RemoteAnswer, readText } from './remote-answer';
import type { RemoteServer } from './remote-server';

/** Longer than any tool's arguments: a server that sends more in one event has lost its way, and would fill the memory. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/**
 * The `data` of a stream of server-sent events, one string an event. Bytes may be cut anywhere. Comments, event
 * names and ids are left out; a last event without its empty line counts. llama-server's older `error: {...}` lines
 * become the `{"error": {...}}` that it sends today. Throws VOICE_ERR_MODEL_FAILED for an endless event.
 */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
	const decoder = new TextDecoder();
	const events: string[] = [];
	const parser = createParser({
		maxBufferSize: MAX_EVENT_CHARACTERS,
		onEvent: ({ data }) => events.push(data),
		onError: ({ type, field, value }) => {
			if (type === 'max-buffer-size-exceeded') throw tooLong();
			if (field === 'error') events.push(`{"error":${value}}`);
		},
	});
	for await (const piece of bytes) {
		parser.feed(decoder.decode(piece, { stream: true }));
		yield* events.splice(0);
	}
	parser.feed(`${decoder.decode()}\n\n`);
	yield* events;
}

/** Ends at `[DONE]`, and says whether there was one. */
export async function* untilDone(events: AsyncIterable<string>): AsyncGenerator<string, boolean> {
	for await (const event of events) {
		if (event.trim() === '[DONE]') return true;
		if (event.trim() !== '') yield event;
	}
	return false;
}

function tooLong(): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_FAILED', 'The inference server sent an event longer than 1 MiB.', {
		remedy: 'Look at the server\'s log.',
	});
}

/** vLLM, SGLang, llama-server: what went wrong after the headers were sent. */
const reportsError = z.object({ error: z.union([z.string(), z.object({})]) });

const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

/**
 * The chunks of a streamed answer; a server that does not stream gives one. Returns whether `[DONE]` was said.
 * Throws as the body, and VOICE_ERR_MODEL_FAILED for what is no JSON, has another shape or reports an error.
 */
export async function* streamedJson<T extends z.ZodTypeAny>(
	server: RemoteServer,
	answer: RemoteAnswer,
	shape: T,
	confidential: readonly string[] = [],
): AsyncGenerator<z.output<T>, boolean> {
	const events = untilDone(answer.contentType === 'application/json' ? whole(server, answer) : readEvents(answer.body));
	try {
		for (;;) {
			const next = await events.next();
			if (next.done) return next.value;
			const json = parseJson(next.value);
			const parsed = shape.safeParse(json);
			if (reportsError.safeParse(json).success) throw server.reported(saidIn(json), confidential);
			if (!parsed.success) throw server.failed('sent an answer that does not follow OpenAI\'s API');
			yield parsed.data as z.output<T>;
		}
	} finally {
		// Also where the reader stops early: the connection is closed, and the server stops.
		await events.return(false);
	}
}

async function* whole({ url }: RemoteServer, answer: RemoteAnswer): AsyncGenerator<string, void> {
	yield await readText(answer, MAX_WHOLE_BYTES, url);
}
