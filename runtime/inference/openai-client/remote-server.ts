import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { FoundOnce, cancelled } from '../../lib/async';
import { parseJson } from '../../lib/json';
import { retryAfterMs } from '../../lib/retry-after';
import { type RemoteAddress, apiUrl } from './address';
import { failed, faultCode, faultWords, isTransient, unreachable } from './faults';
import { quoted, Refusal, refusalError, refusalOf, saidIn } from './refusal';
import { openAnswer, type RemoteAnswer, readText } from './remote-answer';

export interface RemoteRequest {
	/** Below `/v1`: `/chat/completions`. */
	readonly path: string;
	/** Posted as JSON. Without it and without `form` it is a GET. */
	readonly json?: object;
	readonly form?: FormData;
	/** What was said or heard: kept out of messages even where the server repeats it. */
	readonly confidential?: readonly string[];
}

const USER_AGENT = 'n8n-nodes-voice-loop';
const RETRIED = [429, 502, 503];
/** Before the one retry where the server names no time: a restarting server's port is back, a caller hardly notices. */
const RETRY_MS = 250;
const MAX_JSON_BYTES = 4 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/** Loaded with the first server: it takes 15 MB, of which nobody has anything who uses none. */
function undici(): typeof import('./connections') {
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- Without waiting, and in a constructor.
	return require('./connections') as typeof import('./connections');
}

/** A server with OpenAI's HTTP API. Nothing it sends, or does not send, hangs or crashes who asks. */
export class RemoteServer {
	/** For messages: no key in it. */
	readonly url: string;
	private readonly connections: Dispatcher;
	private readonly models = new FoundOnce<ModelList>(async (signal) => await this.askJson({ path: '/models' }, modelList, signal));

	constructor(readonly address: RemoteAddress) {
		this.url = apiUrl(address.baseUrl);
		this.connections = undici().openConnections(address.limits);
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
		const parsed = shape.safeParse(parseJson(await readText(await this.ask(request, signal), MAX_JSON_BYTES, this.url)));
		if (parsed.success) return parsed.data as z.output<T>;
		throw this.failed(`sent an answer for ${request.path} that does not follow OpenAI's API`);
	}

	/** The model to ask for: the address's own, or the server's first. Throws as `ask`. */
	async model(signal: AbortSignal): Promise<string> {
		if (this.address.model !== '') return this.address.model;
		const [first] = (await this.models.get(signal)).data;
		if (first) return first.id;
		this.models.forget();
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `The inference server at ${this.url} has no model.`, {
			remedy: 'Load a model on the server, or name one in the configuration.',
		});
	}

	/**
	 * Opens a connection, TLS included, that the next request finds open. It costs nothing: the server is asked for the list
	 * of its models. Throws where it is not there.
	 */
	async connect(signal: AbortSignal): Promise<void> {
		const answer = await this.ask({ path: '/models' }, signal).catch((error: unknown) => {
			// A proxy may not have this page; there is a connection all the same.
			if (refusalOf(error) === undefined) throw error;
			return undefined;
		});
		// Left unread it would end the connection.
		if (answer) await readText(answer, MAX_JSON_BYTES, this.url);
	}

	/** Connects; `ask`, which may cost something, is done in place of that where the user said so. Throws as either. */
	async warm(ask: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
		const { signal } = new AbortController();
		await (this.address.warmUp ? ask(signal) : this.connect(signal));
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
		return failed(this.url, what, cause);
	}

	/** What the server reports in the middle of a stream, or that it left off there. */
	reported(said: string, confidential: readonly string[] = []): VoiceError {
		return this.failed(`failed: ${this.quoted(said, confidential) || 'it gave no reason'}`);
	}

	/** Its answer ended too early. */
	cutOff(): VoiceError {
		return unreachable(this.url, 'broke off in the middle of its answer');
	}

	private quoted(said: string, confidential: readonly string[] = []): string {
		return quoted(said, [this.address.apiKey, ...confidential]);
	}

	private async attempt(request: RemoteRequest, signal: AbortSignal): Promise<RemoteAnswer> {
		const { apiKey, limits } = this.address;
		let answer: RemoteAnswer | undefined;
		try {
			const posted = await bodyOf(request);
			const response = await undici().send(`${this.url}${request.path}`, {
				dispatcher: this.connections,
				method: posted ? 'POST' : 'GET',
				headers: {
					accept: '*/*',
					'user-agent': USER_AGENT,
					// For the server's log.
					'x-request-id': randomUUID(),
					...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
					...(posted ? { 'content-type': posted.type } : {}),
				},
				body: posted?.body ?? null,
				signal,
			});
			answer = openAnswer(response, limits, this.url, signal);
			// undici follows no redirect: what a caller said must not go to where a server points.
			if (response.statusCode >= 300) throw await this.refusal(response, answer, request);
			if (answer.contentType === 'text/html') throw unreachable(this.url, 'is not an inference server: it answered with a web page');
			return answer;
		} catch (error) {
			answer?.close();
			if (signal.aborted) throw cancelled();
			if (error instanceof VoiceError) throw error;
			throw unreachable(this.url, this.late(error) ?? `cannot be reached (${faultWords(error)})`, error);
		}
	}

	private late(thrown: unknown): string | undefined {
		const { connectMs, firstByteMs } = this.address.limits;
		const code = faultCode(thrown);
		if (code === 'UND_ERR_CONNECT_TIMEOUT') return `did not accept a connection within ${connectMs} ms`;
		return code === 'UND_ERR_HEADERS_TIMEOUT' ? `did not start to answer within ${firstByteMs} ms` : undefined;
	}

	private async refusal({ statusCode, headers }: Dispatcher.ResponseData, answer: RemoteAnswer, { path, confidential }: RemoteRequest): Promise<VoiceError> {
		// The status says enough where the words that go with it are lost.
		const said = saidIn(parseJson(await readText(answer, MAX_ERROR_BYTES, this.url).catch(() => '')));
		const error = refusalError(this.url, path, new Refusal(statusCode, said, retryAfterMs(headers['retry-after'])), this.quoted(said, confidential));
		// It may have been started again with another one.
		if (error.code === 'VOICE_ERR_MODEL_MISSING') this.models.forget();
		return error;
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

/** A form is written out first: its length is known then, and there is no stream of it to break off. */
async function bodyOf({ json, form }: RemoteRequest): Promise<{ type: string; body: string | Buffer } | undefined> {
	if (json) return { type: 'application/json', body: JSON.stringify(json) };
	if (!form) return undefined;
	const written = new Response(form);
	return { type: written.headers.get('content-type') ?? '', body: Buffer.from(await written.arrayBuffer()) };
}

/** What `/v1/models` answers; `owned_by` tells whose server it is. */
const modelList = z.object({ data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().nullish() })) });
type ModelList = z.infer<typeof modelList>;
