import http from 'node:http';
import https from 'node:https';
import type { z } from 'zod';
import { ERROR_KINDS } from '../contract/error-kinds';
import { VoiceError, errorShape } from '../contract/errors';
import { parseJson, parseJsonWithin } from '../lib/json';
import { RuntimeWatch } from './runtime-watch';

/** Where a runtime listens and what opens it. */
export interface Endpoint {
	readonly url: string;
	readonly key: string;
}

export interface Request {
	readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Below the endpoint's URL, with its query. */
	readonly path: string;
	/** A Buffer is sent as it is, everything else as JSON. */
	readonly body?: unknown;
	readonly contentType?: string | undefined;
	readonly ifMatch?: string | undefined;
	readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: Buffer;
}

/** The cause's code where a proxy has no runtime to pass the request to. */
export const PROXY_ANSWERED = 'PROXY_ANSWERED';
const PROXY_STATUSES: readonly number[] = [502, 503, 504];
/** Ten minutes of 48 kHz mono speech as WAV, and some. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
/** Our own runtime's: a reply with all that its tools gave. */
const ANSWER_LIMITS = { characters: 32 * 1024 * 1024, depth: 64, values: 5_000_000 };

// One connection a waiting node; a call's next request comes within seconds, so connections are kept.
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/**
 * One request to the gateway. There is no time limit as long as the gateway answers others: an Orpheus Speak node waits until the caller has heard
 * the end, which can take minutes (and is why this is not `fetch`: it gives up after 300 s without headers). Nor is it
 * undici, whose limits are not needed here: docs/architecture.md, Decisions.
 * @throws VOICE_ERR_RUNTIME_UNREACHABLE, VOICE_ERR_CANCELLED (the signal), or what the gateway answers.
 */
export async function request(endpoint: Endpoint, ask: Request): Promise<HttpAnswer> {
	const answer = await sendWatched(endpoint, ask);
	if (answer.status >= 200 && answer.status < 300) return answer;
	throw errorFrom(endpoint, answer);
}

/** A runtime that hangs is given up, one that works on the answer is not. */
async function sendWatched(endpoint: Endpoint, ask: Request): Promise<HttpAnswer> {
	const watch = new RuntimeWatch(async (signal) => await send(endpoint, { method: 'GET', path: '/v1/health', signal }));
	try {
		return await send(endpoint, { ...ask, signal: ask.signal ? AbortSignal.any([ask.signal, watch.signal]) : watch.signal });
	} catch (thrown) {
		if (!watch.signal.aborted || ask.signal?.aborted) throw thrown;
		throw new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `The voice runtime at ${endpoint.url} keeps the connection but does not answer any more.`, {
			remedy: 'Restart the runtime. Its log may say why it hangs.',
		});
	} finally {
		watch.stop();
	}
}

export async function requestJson<T extends z.ZodTypeAny>(
	endpoint: Endpoint,
	ask: Request,
	shape: T,
): Promise<z.output<T>> {
	const { body } = await request(endpoint, ask);
	return checked(endpoint, ask, parseJsonWithin(body.toString('utf8'), ANSWER_LIMITS), shape);
}

/** @throws VOICE_ERR_RUNTIME_UNREACHABLE for what our own runtime would not say. */
export function checked<T extends z.ZodTypeAny>(endpoint: Endpoint, ask: Request, value: unknown, shape: T): z.output<T> {
	const parsed = shape.safeParse(value);
	if (parsed.success) return parsed.data as z.output<T>;
	const issue = parsed.error.issues[0];
	throw new VoiceError(
		'VOICE_ERR_RUNTIME_UNREACHABLE',
		`The answer from ${endpoint.url} is not what a voice runtime of this version sends (${ask.path.split('?')[0]}: ${issue?.path.join('.')} ${issue?.message}).`,
		{ remedy: 'Check the runtime\'s URL, and use the same version of n8n-nodes-voice-loop for the nodes and the runtime.' },
	);
}

async function send(endpoint: Endpoint, ask: Request): Promise<HttpAnswer> {
	const url = new URL(ask.path.replace(/^\//, ''), endpoint.url.endsWith('/') ? endpoint.url : `${endpoint.url}/`);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') {
		throw new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `The runtime's URL must start with http:// or https://, not with ${url.protocol}`);
	}
	if (ask.signal?.aborted) throw cancelled();
	const payload = ask.body === undefined || Buffer.isBuffer(ask.body) ? ask.body : Buffer.from(JSON.stringify(ask.body));
	const headers: http.OutgoingHttpHeaders = { authorization: `Bearer ${endpoint.key}` };
	if (ask.ifMatch !== undefined) headers['if-match'] = ask.ifMatch;
	if (payload) {
		headers['content-type'] = ask.contentType ?? 'application/json';
		headers['content-length'] = payload.length;
	}
	const options = { method: ask.method, headers, agent: agents[url.protocol], signal: ask.signal };
	return await new Promise((resolve, reject) => {
		const outgoing = (url.protocol === 'https:' ? https : http).request(url, options, (incoming) => {
			collect(incoming).then(
				(body) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
				(error: unknown) => reject(lost(endpoint, ask, error)),
			);
		});
		outgoing.on('error', (error) => reject(lost(endpoint, ask, error)));
		outgoing.end(payload);
	});
}

async function collect(incoming: http.IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	let length = 0;
	for await (const piece of incoming as AsyncIterable<Buffer>) {
		length += piece.length;
		if (length > MAX_ANSWER_BYTES) throw new VoiceError('VOICE_ERR_TOO_LARGE', 'The runtime\'s answer is larger than 128 MiB.');
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

/** In words: n8n replaces a whole message by its own when it finds a code in it. */
const REASONS: Record<string, string> = {
	ECONNREFUSED: 'nothing is listening there',
	ECONNRESET: 'it closed the connection',
	ENOTFOUND: 'there is no such host',
	ETIMEDOUT: 'it did not answer',
};

function lost(endpoint: Endpoint, ask: Request, thrown: unknown): VoiceError {
	if (thrown instanceof VoiceError) return thrown;
	if (ask.signal?.aborted) return cancelled();
	const { code, message } = thrown as NodeJS.ErrnoException;
	return new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `The voice runtime at ${endpoint.url} cannot be reached (${REASONS[code ?? ''] ?? message}).`, {
		cause: thrown,
	});
}

function cancelled(): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The execution was stopped.');
}

function errorFrom(endpoint: Endpoint, answer: HttpAnswer): VoiceError {
	const body = parseJson(answer.body.toString('utf8'));
	const shape = errorShape.safeParse(typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined);
	if (shape.success) return VoiceError.fromShape(shape.data);
	if (PROXY_STATUSES.includes(answer.status)) {
		return new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `The voice runtime at ${endpoint.url} cannot be reached (a proxy answers in its place: HTTP ${answer.status}).`, {
			cause: { code: PROXY_ANSWERED },
		});
	}
	const code = answer.status === ERROR_KINDS.VOICE_ERR_UNAUTHORIZED.status ? 'VOICE_ERR_UNAUTHORIZED' : 'VOICE_ERR_RUNTIME_UNREACHABLE';
	return new VoiceError(code, `The server at ${endpoint.url} is not a voice runtime (HTTP ${answer.status}).`);
}
