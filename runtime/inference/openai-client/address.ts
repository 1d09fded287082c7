import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, Pool } from 'undici';
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

/** From one turn to the next, so that none waits for TLS again. A server that names less, or closes sooner, is heeded. */
const KEPT_OPEN_MS = 60_000;

/**
 * Connections to one server, with its limits for connecting and for the headers of an answer. undici looks at its
 * clock twice a second, so that a limit is noticed up to a second late. How long the body takes is watched in
 * `remote-answer.ts`: its first byte may take longer than the next ones.
 *
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY count only with NODE_USE_ENV_PROXY=1, as for Node's own `fetch`: most engines
 * stand in the same network.
 */
export function openConnections({ connectMs, firstByteMs }: RemoteLimits, env: NodeJS.ProcessEnv = process.env): Dispatcher {
	const connect = { timeout: connectMs };
	const options = { connect, headersTimeout: firstByteMs, bodyTimeout: 0, keepAliveTimeout: KEPT_OPEN_MS };
	if (env.NODE_USE_ENV_PROXY !== '1') return new Agent(options);
	const clientFactory = (proxy: URL, given: object): Dispatcher => openTunnels(new Pool(proxy, { ...given, headersTimeout: connectMs }));
	return new EnvHttpProxyAgent({ ...options, proxyTls: connect, requestTls: connect, clientFactory });
}

/** To ask a proxy for a tunnel is part of connecting: its faults are given undici's names for those of a connection. */
function openTunnels(proxy: Pool): Pool {
	const connect = proxy.connect.bind(proxy);
	return Object.assign(proxy, {
		connect: async (options: Dispatcher.ConnectOptions) =>
			await connect(options).catch((error: unknown) => {
				if (error instanceof errors.HeadersTimeoutError) throw new errors.ConnectTimeoutError(error.message);
				// After a SocketError undici would try again without end.
				if (error instanceof errors.SocketError) throw Object.assign(new Error(error.message), { code: 'ECONNRESET' });
				throw error;
			}),
	});
}
