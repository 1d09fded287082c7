import { createParser } from 'eventsource-parser';
import { VoiceError } from '../../contract/errors';

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
