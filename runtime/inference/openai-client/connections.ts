import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, Pool } from 'undici';
import type { RemoteLimits } from './address';

export { request as send } from 'undici';

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
