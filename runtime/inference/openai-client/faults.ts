import { z } from 'zod';
import { VoiceError } from '../../contract/errors';

/** Of what a server says: enough to understand it, too little to fill a log. */
const SAID_LENGTH = 300;

/** What a server said when it refused; the cause of a VoiceError, for whoever can ask in another way. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		/** Its words, whole: never to be shown, as it may repeat the key or what was asked. */
		readonly said: string,
		/** ms, where it named a time. */
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
	return shown.length > SAID_LENGTH ? `${shown.slice(0, SAID_LENGTH)}…` : shown;
}

const CODES: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'nothing listens there',
	ECONNRESET: 'it closed the connection',
	EPIPE: 'it closed the connection',
	UND_ERR_SOCKET: 'it closed the connection',
	ENOTFOUND: 'no such host',
	EAI_AGAIN: 'no such host can be looked up now',
	EHOSTUNREACH: 'no way leads to that host',
	ENETUNREACH: 'no way leads to that host',
	ETIMEDOUT: 'no answer',
	UND_ERR_CONNECT_TIMEOUT: 'no answer',
	UND_ERR_HEADERS_TIMEOUT: 'no answer',
	UND_ERR_BODY_TIMEOUT: 'its answer stopped',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted on this machine',
	SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted on this machine',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted on this machine',
	CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Nothing of the request was worked on, or the connection broke before a word of the answer: asking again is right. */
const TRANSIENT = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** What `fetch` throws. Parsed, as its errors belong to another realm than ours under jest. */
const fault: z.ZodType<Fault, z.ZodTypeDef, unknown> = z.lazy(() =>
	z.object({
		code: z.string().optional().catch(undefined),
		message: z.string().optional().catch(undefined),
		cause: fault.optional().catch(undefined),
		errors: z.array(fault).optional().catch(undefined),
	}),
);
interface Fault {
	code?: string | undefined;
	message?: string | undefined;
	cause?: Fault | undefined;
	/** One for each address of the host that was tried. */
	errors?: Fault[] | undefined;
}

function codeIn({ code, cause, errors }: Fault): string | undefined {
	return code ?? errors?.map(codeIn).find((found) => found !== undefined) ?? (cause && codeIn(cause));
}

/** The system's code of what `fetch` throws; '' where it has none. */
export function faultCode(thrown: unknown): string {
	const parsed = fault.safeParse(thrown);
	return (parsed.success && codeIn(parsed.data)) || '';
}

export function isTransient(thrown: unknown): boolean {
	return TRANSIENT.includes(faultCode(thrown));
}

/** Why `fetch` failed, in words: n8n replaces a whole message by its own when it finds a system's code in it. */
export function faultWords(thrown: unknown): string {
	const code = faultCode(thrown);
	const known = CODES[code];
	if (known) return known;
	const parsed = fault.safeParse(thrown);
	const why = parsed.success ? parsed.data.cause?.message : undefined;
	return why === undefined || why === 'terminated' ? 'the connection broke' : why.slice(0, SAID_LENGTH);
}
