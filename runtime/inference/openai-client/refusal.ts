import { z } from 'zod';
import type { ErrorCode } from '../../contract/error-kinds';
import { VoiceError } from '../../contract/errors';
import { failed, unreachable } from './faults';

/** Of a server's own words: enough to understand them, too little to fill a log. */
const MAX_QUOTED_CHARACTERS = 300;

/** What a server said when it refused; the cause of a VoiceError, for whoever can ask in another way. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		/** Its words, whole: never to be shown, as it may repeat the key or what was asked. */
		readonly said: string,
		/** Where it named a time. */
		readonly retryAfterMs: number | undefined,
	) {
		super(`HTTP ${status}`);
	}
}

export function refusalOf(thrown: unknown): Refusal | undefined {
	return thrown instanceof VoiceError && thrown.cause instanceof Refusal ? thrown.cause : undefined;
}

/** OpenAI, vLLM (new, old), llama-server, Ollama, FastAPI. */
const errorBody = z.union([
	z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
	z.object({ error: z.string() }).transform(({ error }) => error),
	z.object({ message: z.string() }).transform(({ message }) => message),
	z.object({ detail: z.string() }).transform(({ detail }) => detail),
	z
		.object({ detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() })).min(1) })
		.transform(({ detail }) => detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ')),
]);

/** The sentence in an error's body; '' where there is none, as in a proxy's HTML page. */
export function saidIn(body: unknown): string {
	const parsed = errorBody.safeParse(body);
	return parsed.success ? parsed.data : '';
}

/** A server's words as they may be shown: short, on one line, without the key and without what was asked. */
export function quoted(said: string, confidential: readonly string[]): string {
	const shown = confidential
		.filter((text) => text.trim().length > 3)
		.toSorted((one, two) => two.length - one.length)
		// As it stands, and as JSON or Python would write it inside a string.
		.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
		.reduce((line, text) => line.replaceAll(text, '…'), said)
		.replace(/\s+/g, ' ')
		.trim();
	return shown.length > MAX_QUOTED_CHARACTERS ? `${shown.slice(0, MAX_QUOTED_CHARACTERS)}…` : shown;
}

/** What a status that is no success means; `shown` are the server's words as `quoted` gives them. */
export function refusalError(url: string, path: string, refusal: Refusal, shown: string): VoiceError {
	const { status } = refusal;
	const said = `(HTTP ${status}${shown === '' ? '' : `: ${shown}`})`;
	const error = (code: ErrorCode, what: string, remedy?: string): VoiceError =>
		new VoiceError(code, `The inference server at ${url} ${what} ${said}.`, { cause: refusal, ...(remedy === undefined ? {} : { remedy }) });
	if (status === 500) return failed(url, `failed ${said}`, refusal);
	if (status > 500) return unreachable(url, `is not available right now ${said}`, refusal);
	if (status < 400) return error('VOICE_ERR_ENGINE_REFUSED', 'redirects to another address', 'Use the address that the server redirects to.');
	if (status === 401 || status === 403) return error('VOICE_ERR_ENGINE_REFUSED', 'rejected the API key');
	if (status === 429) return error('VOICE_ERR_ENGINE_REFUSED', 'accepts no more requests right now');
	if (status === 404 && /model/i.test(refusal.said)) {
		return error('VOICE_ERR_MODEL_MISSING', 'does not have the model', 'Choose a model that the server has.');
	}
	if (status === 404 || status === 405) return error('VOICE_ERR_ENGINE_REFUSED', `does not offer ${path}`);
	return error('VOICE_ERR_ENGINE_REFUSED', 'rejected the request');
}
