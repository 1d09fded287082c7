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
	const lines = new Lines();
	let data: string[] = [];
	let length = 0;
	const take = (line: string): string | undefined => {
		if (line === '') {
			const event = data.join('\n');
			const any = data.length > 0;
			data = [];
			length = 0;
			return any ? event : undefined;
		}
		const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
		if (field === 'data' || field === 'error') {
			data.push(field === 'error' ? `{"error":${value}}` : value);
			length += value.length;
			if (length > MAX_EVENT_CHARACTERS) throw tooLong();
		}
		return undefined;
	};
	const events = function* (text: string): Generator<string, void> {
		for (const line of lines.push(text)) {
			const event = take(line);
			if (event !== undefined) yield event;
		}
	};
	for await (const piece of bytes) yield* events(decoder.decode(piece, { stream: true }));
	yield* events(`${decoder.decode()}\n\n`);
}

/** Ends at `[DONE]`, and says whether there was one. */
export async function* untilDone(events: AsyncIterable<string>): AsyncGenerator<string, boolean> {
	for await (const event of events) {
		if (event.trim() === '[DONE]') return true;
		if (event.trim() !== '') yield event;
	}
	return false;
}

/** Lines that end with \n, \r\n or \r. */
class Lines {
	private open: string[] = [];
	private length = 0;
	/** A \n that comes next belongs to the \r before it. */
	private afterReturn = false;

	*push(text: string): Generator<string, void> {
		let from = 0;
		for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) {
			const second = index === 0 && this.afterReturn && end === '\n';
			if (!second) yield this.close(text.slice(from, index));
			from = index + end.length;
		}
		if (text !== '') this.afterReturn = text.endsWith('\r');
		if (from < text.length) this.keep(text.slice(from));
	}

	private close(rest: string): string {
		this.keep(rest);
		const line = this.open.join('');
		this.open = [];
		this.length = 0;
		return line;
	}

	private keep(text: string): void {
		this.length += text.length;
		if (this.length > MAX_EVENT_CHARACTERS) throw tooLong();
		this.open.push(text);
	}
}

function tooLong(): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_FAILED', 'The engine\'s server sent an event longer than 1 MiB.', {
		remedy: 'Look at the log of the engine\'s server.',
	});
}
