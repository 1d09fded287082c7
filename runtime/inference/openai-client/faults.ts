import { z } from 'zod';
import { VoiceError } from '../../contract/errors';

export function unreachable(url: string, what: string, cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_ENGINE_UNREACHABLE', `The inference server at ${url} ${what}.`, { cause });
}

export function failed(url: string, what: string, cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_FAILED', `The inference server at ${url} ${what}.`, { cause, remedy: 'Look at the server\'s log.' });
}

/** A message may come from outside. */
const MAX_MESSAGE_CHARACTERS = 300;

const CODES: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'nothing is listening there',
	ECONNRESET: 'it closed the connection',
	EPIPE: 'it closed the connection',
	UND_ERR_SOCKET: 'it closed the connection',
	ENOTFOUND: 'there is no such host',
	EAI_AGAIN: 'the host name could not be looked up',
	EHOSTUNREACH: 'there is no route to that host',
	ENETUNREACH: 'there is no route to that host',
	ETIMEDOUT: 'it did not answer',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted on this machine',
	SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted on this machine',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted on this machine',
	CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Nothing of the request was worked on, or the connection broke before a word of the answer: asking again is right. */
const TRANSIENT = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** What undici throws. Parsed, as its errors belong to another realm than ours under jest. */
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

/** The system's code of what undici throws; '' where it has none. */
export function faultCode(thrown: unknown): string {
	const parsed = fault.safeParse(thrown);
	return (parsed.success && codeIn(parsed.data)) || '';
}

export function isTransient(thrown: unknown): boolean {
	return TRANSIENT.includes(faultCode(thrown));
}

/** Why a request failed, in words: n8n replaces a whole message by its own when it finds a system's code in it. */
export function faultWords(thrown: unknown): string {
	const code = faultCode(thrown);
	const known = CODES[code];
	if (known) return known;
	const parsed = fault.safeParse(thrown);
	return (parsed.success && parsed.data.message?.slice(0, MAX_MESSAGE_CHARACTERS)) || 'the connection broke';
}
