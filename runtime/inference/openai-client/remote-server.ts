import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { FoundOnce, cancelled } from '../../lib/async';
import { parseJson } from '../../lib/json';
import { retryAfterMs } from '../../lib/retry-after';
import { type RemoteAddress, apiUrl } from './address';
import { faultWords, isTransient, quoted, Refusal, refusalOf, saidIn } from './faults';
import { RequestWatch } from './request-watch';
import { REQUEST_ID, whenSent } from './sent';

export interface RemoteRequest {
	/** Below `/v1`: `/chat/completions`. */
	readonly path: string;
	/** Posted as JSON. Without it and without `form` it is a GET. */
	readonly json?: object;
	readonly form?: FormData;
	/** What was said or heard: kept out of messages even where the server repeats it. */
	readonly confidential?: readonly string[];
}

/** An answer whose headers are there and good. Its body must be read or closed. */
export interface RemoteAnswer {
	/** In lower case, without parameters: `text/event-stream`. */
	readonly contentType: string;
	/** Of the content type: `rate` of `audio/pcm; rate=24000`. */
	readonly parameters: Readonly<Record<string, string>>;
	/** Throws as `RemoteServer.ask`. To stop reading closes the connection. */
	readonly body: AsyncGenerator<Uint8Array, void>;
	close(): void;
}

const RETRIED = [429, 502, 503];
/** Before the one retry where the server names no time: a restarting server's port is back, a caller hardly notices. */
const RETRY_MS = 250;
const MAX_JSON_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/** A server with OpenAI's HTTP API. Nothing it sends, or does not send, hangs or crashes who asks. */
export class RemoteServer {
	/** For messages: no key in it. */
	readonly url: string;
	private readonly models = new FoundOnce<ModelList>(async (signal) => await this.askJson({ path: '/models' }, modelList, signal));

	constructor(readonly address: RemoteAddress) {
		this.url = apiUrl(address.baseUrl);
	}

	/**
	 * Asks once more where nothing was answered yet and the fault may pass: 429 with `Retry-After`, 502, 503, a
	 * connection that was refused or broke. Throws
	 * - VOICE_ERR_CANCELLED once `signal` is aborted; the connection is closed then,
	 * - VOICE_ERR_ENGINE_UNREACHABLE: no connection, no answer in time, an answer that stops, a web page, 502 to 504,
	 * - VOICE_ERR_ENGINE_REFUSED: any 3xx or 4xx, with a `Refusal` as its cause; VOICE_ERR_MODEL_MISSING where that
	 *   is about the model,
	 * - VOICE_ERR_MODEL_FAILED: 500.
	 */
	async ask(request: RemoteRequest, signal: AbortSignal): Promise<RemoteAnswer> {
		try {
			return await this.attempt(request, signal);
		} catch (error) {
			const wait = this.retryAfter(error);
			if (wait === undefined || signal.aborted) throw error;
			await sleep(wait, undefined, { signal }).catch(() => {
				throw cancelled();
			});
			return await this.attempt(request, signal);
		}
	}

	/** The whole answer. Throws as `ask`, and VOICE_ERR_MODEL_FAILED where it has another shape. */
	async askJson<T extends z.ZodTypeAny>(request: RemoteRequest, shape: T, signal: AbortSignal): Promise<z.output<T>> {
		const parsed = shape.safeParse(parseJson(await this.text(await this.ask(request, signal), MAX_JSON_BYTES)));
		if (parsed.success) return parsed.data as z.output<T>;
		throw this.failed(`answered ${request.path} with something else than it should`);
	}

	/** The model to ask for: the address's own, or the server's first. Throws as `ask`. */
	async model(signal: AbortSignal): Promise<string> {
		if (this.address.model !== '') return this.address.model;
		const [first] = (await this.models.get(signal)).data;
		if (first) return first.id;
		this.models.forget();
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `The engine's server at ${this.url} has no model.`, {
			remedy: 'Load a model at the engine\'s server, or name one.',
		});
	}

	/** Whose server it says it is: `vllm`, `sglang`, `llamacpp`; '' where it does not say. Throws where it is not there. */
	async owner(signal: AbortSignal): Promise<string> {
		try {
			return (await this.models.get(signal)).data[0]?.owned_by ?? '';
		} catch (error) {
			// A proxy may not have this page; a server that is not there has nothing else either.
			if (refusalOf(error) === undefined) throw error;
			return '';
		}
	}

	failed(what: string, cause?: unknown): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_FAILED', `The engine's server at ${this.url} ${what}.`, {
			cause,
			remedy: 'Look at the log of the engine\'s server.',
		});
	}

	/** What the server reports in the middle of a stream, or that it left off there. */
	reported(said: string, confidential: readonly string[] = []): VoiceError {
		return this.failed(`failed: ${this.quoted(said, confidential) || 'it gave no reason'}`);
	}

	/** Its answer ended too early. */
	cutOff(): VoiceError {
		return this.unreachable('broke off in the middle of its answer');
	}

	private unreachable(what: string, cause?: unknown): VoiceError {
		return new VoiceError('VOICE_ERR_ENGINE_UNREACHABLE', `The engine's server at ${this.url} ${what}.`, { cause });
	}

	private quoted(said: string, confidential: readonly string[] = []): string {
		return quoted(said, [this.address.apiKey, ...confidential]);
	}

	private async attempt(request: RemoteRequest, signal: AbortSignal): Promise<RemoteAnswer> {
		const watch = new RequestWatch(this.address.limits, this.url, signal);
		const id = randomUUID();
		const forget = whenSent(id, () => watch.connected());
		try {
			const posted = await bodyOf(request);
			watch.connecting();
			const response = await fetch(`${this.url}${request.path}`, {
				method: posted ? 'POST' : 'GET',
				headers: {
					[REQUEST_ID]: id,
					...(this.address.apiKey === '' ? {} : { authorization: `Bearer ${this.address.apiKey}` }),
					...(posted ? { 'content-type': posted.type } : {}),
				},
				body: posted?.body ?? null,
				// What a caller said must not go to where a server points.
				redirect: 'manual',
				signal: watch.signal,
			});
			const answer = this.answer(response, watch);
			if (!response.ok) throw await this.refusal(response, answer, request);
			if (answer.contentType === 'text/html') throw this.unreachable('is no engine\'s server: it answered with a web page');
			return answer;
		} catch (error) {
			const ended = watch.signal.aborted;
			watch.end();
			if (error instanceof VoiceError) throw error;
			if (ended) throw watch.reason;
			throw this.unreachable(`cannot be reached (${faultWords(error)})`, error);
		} finally {
			forget();
		}
	}

	private answer(response: Response, watch: RequestWatch): RemoteAnswer {
		const [contentType = '', ...parameters] = (response.headers.get('content-type') ?? '').split(';').map((part) => part.trim());
		return {
			contentType: contentType.toLowerCase(),
			parameters: Object.fromEntries(
				parameters.map((parameter) => {
					const [name = '', value = ''] = parameter.split('=', 2);
					return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
				}),
			),
			body: this.read(response, watch),
			close: () => watch.end(),
		};
	}

	private async *read(response: Response, watch: RequestWatch): AsyncGenerator<Uint8Array, void> {
		const reader = response.body?.getReader();
		try {
			for (;;) {
				const piece = await watch.piece(async () => await reader?.read());
				if (!piece || piece.done) return;
				yield piece.value as Uint8Array;
			}
		} catch (error) {
			if (watch.signal.aborted) throw watch.reason;
			throw this.unreachable(`broke off in the middle of its answer (${faultWords(error)})`, error);
		} finally {
			watch.end();
		}
	}

	private async text({ body }: RemoteAnswer, limit: number): Promise<string> {
		const pieces: Uint8Array[] = [];
		let length = 0;
		for await (const piece of body) {
			length += piece.length;
			if (length > limit) throw this.failed(`answered with more than ${limit} bytes`);
			pieces.push(piece);
		}
		return Buffer.concat(pieces).toString('utf8');
	}

	private async refusal(response: Response, answer: RemoteAnswer, { path, confidential }: RemoteRequest): Promise<VoiceError> {
		const { status } = response;
		// The status says enough where the words that go with it are lost.
		const body = await this.text(answer, MAX_ERROR_BYTES).catch(() => '');
		const raw = saidIn(parseJson(body));
		const cause = new Refusal(status, raw, retryAfterMs(response.headers.get('retry-after')));
		const shown = this.quoted(raw, confidential);
		const said = `(HTTP ${status}${shown === '' ? '' : `: ${shown}`})`;
		const refused = (what: string): VoiceError =>
			new VoiceError('VOICE_ERR_ENGINE_REFUSED', `The engine's server at ${this.url} ${what} ${said}.`, { cause });
		if (status === 500) return this.failed(`failed ${said}`, cause);
		if (status > 500) return this.unreachable(`cannot serve now ${said}`, cause);
		if (status < 400) return refused('points elsewhere: give the address that it points to');
		if (status === 401 || status === 403) return refused('refuses the key');
		if (status === 429) return refused('takes no more requests now');
		if (status === 404 && /model/i.test(raw)) {
			// It may have been started again with another one.
			this.models.forget();
			return new VoiceError('VOICE_ERR_MODEL_MISSING', `The engine's server at ${this.url} does not have the model ${said}.`, {
				cause,
				remedy: 'Choose a model that the engine\'s server has.',
			});
		}
		if (status === 404 || status === 405) return refused(`does not offer ${path}`);
		return refused('refuses the request');
	}

	/** ms; undefined where asking again is of no use. */
	private retryAfter(thrown: unknown): number | undefined {
		if (!(thrown instanceof VoiceError)) return undefined;
		if (!(thrown.cause instanceof Refusal)) return isTransient(thrown.cause) ? RETRY_MS : undefined;
		const { status, retryAfterMs: named } = thrown.cause;
		if (!RETRIED.includes(status) || (status === 429 && named === undefined)) return undefined;
		return named !== undefined && named > this.address.limits.retryAfterMs ? undefined : (named ?? RETRY_MS);
	}
}

/** A form is written out first: `fetch` throws past everybody when it is aborted while it still reads one. */
async function bodyOf({ json, form }: RemoteRequest): Promise<{ type: string; body: string | ArrayBuffer } | undefined> {
	if (json) return { type: 'application/json', body: JSON.stringify(json) };
	if (!form) return undefined;
	const written = new Response(form);
	return { type: written.headers.get('content-type') ?? '', body: await written.arrayBuffer() };
}

/** What `/v1/models` answers; `owned_by` tells whose server it is. */
export const modelList = z.object({ data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().nullish() })) });
export type ModelList = z.infer<typeof modelList>;
