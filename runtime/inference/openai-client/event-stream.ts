import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { JSON_TEXT_LIMITS, parseJsonWithin } from '../../lib/json';
import { saidIn } from './refusal';
import { type RemoteAnswer, readText } from './remote-answer';
import type { RemoteServer } from './remote-server';

/** Longer than any tool's arguments: a server that sends more in one event has lost its way, and would fill the memory. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;
/** Of all events together: some thousand tokens, each with all that a server may say about it. */
const MAX_STREAM_BYTES = 32 * 1024 * 1024;

/**
 * The `data` of a stream of server-sent events, one string an event. Bytes may be cut anywhere. Comments, event
 * names and ids are left out; a last event without its empty line counts. llama-server's older `error: {...}` lines
 * become the `{"error": {...}}` that it sends today. Throws VOICE_ERR_MODEL_FAILED for an endless event or stream.
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
	let length = 0;
	for await (const piece of bytes) {
		length += piece.length;
		if (length > MAX_STREAM_BYTES) throw endless();
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

function endless(): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_FAILED', `The inference server sent more than ${MAX_STREAM_BYTES / 1024 / 1024} MiB in one answer.`, {
		remedy: 'Look at the server\'s log.',
	});
}

/** vLLM, SGLang, llama-server: what went wrong after the headers were sent. */
const reportsError = z.object({ error: z.union([z.string(), z.object({})]) });

/** Of one event. */
const EVENT_LIMITS = { characters: MAX_EVENT_CHARACTERS, depth: 64, values: 20_000 };
/** Of an answer in one piece. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024;

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
	const isWhole = answer.contentType === 'application/json';
	const events = untilDone(isWhole ? whole(server, answer) : readEvents(answer.body));
	try {
		for (;;) {
			const next = await events.next();
			if (next.done) return next.value;
			answer.progressed();
			const json = parseJsonWithin(next.value, isWhole ? JSON_TEXT_LIMITS : EVENT_LIMITS);
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
