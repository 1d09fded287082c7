import type { Dispatcher } from 'undici';
import { VoiceError } from '../../contract/errors';
import { cancelled } from '../../lib/async';
import type { RemoteLimits } from './address';
import { AnswerTime } from './answer-time';
import { failed, faultWords, unreachable } from './faults';

/** An answer whose headers are there. Its body must be read or closed. */
export interface RemoteAnswer {
	/** In lower case, without parameters: `text/event-stream`. */
	readonly contentType: string;
	/** Of the content type: `rate` of `audio/pcm; rate=24000`. */
	readonly parameters: Readonly<Record<string, string>>;
	/** Throws as `RemoteServer.ask`. To stop reading closes the connection. */
	readonly body: AsyncGenerator<Uint8Array, void>;
	/** Whoever reads the body says when a whole part of the answer was in it: an event, some sound. See AnswerTime. */
	progressed(): void;
	close(): void;
}

type ResponseBody = Dispatcher.ResponseData['body'];

/** `url` is the server's, for messages; `signal` that of the request. */
export function openAnswer({ headers, body }: Dispatcher.ResponseData, limits: RemoteLimits, url: string, signal: AbortSignal): RemoteAnswer {
	// Closed before its end it emits an error, which would end the process if nobody listened.
	body.on('error', () => undefined);
	const [contentType = '', ...parameters] = String(headers['content-type'] ?? '').split(';').map((part) => part.trim());
	const time = new AnswerTime(limits);
	return {
		contentType: contentType.toLowerCase(),
		parameters: Object.fromEntries(
			parameters.map((parameter) => {
				const [name = '', value = ''] = parameter.split('=', 2);
				return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
			}),
		),
		body: read(body, time, url, signal),
		progressed: () => time.progressed(),
		close: () => void body.destroy(),
	};
}

/** Time in which nobody asks for the next piece does not count, so this is not undici's `bodyTimeout`. */
async function* read(body: ResponseBody, time: AnswerTime, url: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
	const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
	try {
		for (;;) {
			const { ms, late } = time.next();
			if (ms <= 0) throw unreachable(url, late);
			const since = performance.now();
			const timer = setTimeout(() => body.destroy(unreachable(url, late)), ms);
			const next = await pieces.next().finally(() => clearTimeout(timer));
			if (next.done) return;
			time.waited(performance.now() - since);
			yield next.value;
		}
	} catch (error) {
		if (signal.aborted) throw cancelled();
		if (error instanceof VoiceError) throw error;
		throw unreachable(url, `broke off in the middle of its answer (${faultWords(error)})`, error);
	} finally {
		body.destroy();
	}
}

/** All of an answer. Throws as its body, and VOICE_ERR_MODEL_FAILED for more than `limit` bytes. */
export async function readText({ body }: RemoteAnswer, limit: number, url: string): Promise<string> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of body) {
		length += piece.length;
		if (length > limit) throw failed(url, `sent more than ${limit} bytes in one answer`);
		pieces.push(piece);
	}
	return Buffer.concat(pieces).toString('utf8');
}
