import { z } from 'zod';
import { VoiceError } from '../../contract/errors';

const limitMs = z.number().int().min(100).max(600_000);

/** How long a server may take. undici notices the first two up to a second late. */
export const remoteLimits = z.object({
	/** Until there is a connection, TLS included: a machine that is switched off is noticed within a turn. */
	connectMs: limitMs.default(3_000),
	/** From the connection to the first byte of the answer: a long prompt is read meanwhile, or a model loaded. */
	firstByteMs: limitMs.default(20_000),
	/** Between two pieces of the answer. */
	stallMs: limitMs.default(5_000),
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
