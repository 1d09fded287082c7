import { z } from 'zod';
import { VoiceError } from '../../contract/errors';

const limitMs = z.number().int().min(100).max(600_000);

/** How long a server may take. undici notices the first two up to a second late. */
export const remoteLimits = z.object({
	/** Until there is a connection, TLS included: a machine that is switched off is noticed within a turn. */
	connectMs: limitMs.default(3_000),
	/** From the connection to the first byte of the answer: a long prompt is read meanwhile, or a model loaded. */
	firstByteMs: limitMs.default(20_000),
	/** Between two pieces of the answer; and between two whole events, however many pieces there are. */
	stallMs: limitMs.default(5_000),
	/** For all of the answer. Time in which nobody waits for more does not count. */
	totalMs: limitMs.default(300_000),
	/** The longest `Retry-After` that is waited for: a caller hears nothing meanwhile. */
	retryAfterMs: z.number().int().min(0).max(60_000).default(2_000),
});
export type RemoteLimits = z.infer<typeof remoteLimits>;

/** Where a server with OpenAI's HTTP API is, and what opens it. */
export const remoteAddress = z.object({
	/** With or without `/v1`: `http://gpu:8000` and `http://gpu:8000/v1` are the same. */
	baseUrl: z.string().min(1).max(2000),
	apiKey: z.string().max(1000).default(''),
	/** '' asks the server for its first one: vLLM, SGLang and llama-server have only one. */
	model: z.string().max(500).default(''),
	/**
	 * Ask for a short answer when a call starts, so that the server has loaded its model before it is needed. Otherwise it is
	 * only connected to, which costs nothing where answers are paid for.
	 */
	warmUp: z.boolean().default(false),
	limits: remoteLimits.default({}),
});
export type RemoteAddress = z.infer<typeof remoteAddress>;

/** `.../v1`, also `.../openai/v1` or `.../v2`, without a slash at the end. Throws VOICE_ERR_BAD_REQUEST. */
export function apiUrl(baseUrl: string): string {
	const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The address of an inference server must start with http:// or https://.');
	}
	if (url.username !== '' || url.password !== '') {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The address of an inference server must not contain a user name or a password. Put the key into its own field.');
	}
	const path = url.pathname.replace(/\/+$/, '');
	return `${url.origin}${/\/v\d+$/.test(path) ? path : `${path}/v1`}`;
}
