import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { VoiceError } from '../../contract/errors';
import { hasKey } from './auth';

const HEADERS = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'x-frame-options': 'DENY',
	// Nothing that comes from here is a page. The voice page is served by n8n, with a policy of its own.
	'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\'',
	'cache-control': 'no-store',
};

/** On each answer, also on errors. */
export function sendSecurityHeaders(app: FastifyInstance): void {
	app.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS));
}

/**
 * A strange website can have its own name lead to this machine (DNS rebinding); its pages are then of the same origin
 * as the runtime. A browser says that name in `Host`. Whoever has the key is no such page, by whatever name it comes.
 * @param names by which the runtime is reached, besides addresses and names without a dot; `*` for any
 */
export function checkHost(app: FastifyInstance, key: string, names: readonly string[]): void {
	app.addHook('onRequest', async ({ headers }) => {
		const host = hostnameOf(headers.host ?? '');
		if (host === undefined || isOurs(host, names) || hasKey(headers, key)) return;
		throw new VoiceError('VOICE_ERR_HOST_REFUSED', 'The runtime does not answer by the name that the request was sent to.');
	});
}

/** undefined for none: programs of HTTP/1.0 leave it out, browsers never do. */
function hostnameOf(host: string): string | undefined {
	if (host === '') return undefined;
	return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : '.';
}

function isOurs(host: string, names: readonly string[]): boolean {
	if (isIP(host) !== 0 || !host.includes('.') || host.endsWith('.localhost')) return host !== '';
	return names.includes('*') || names.includes(host);
}
