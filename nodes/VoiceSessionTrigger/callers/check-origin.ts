import type { IncomingHttpHeaders } from 'node:http';
import { VoiceError } from '../../../runtime/contract/errors';

/**
 * A page of a strange website must not place calls with its visitor's login. n8n does not refuse it (it
 * answers the preflight by itself and serves the POST), so this is the only place that does.
 * @returns the origin, if it is another one than ours and allowed; undefined for our own page and for programs.
 * @throws VOICE_ERR_ORIGIN_REFUSED
 */
export function checkOrigin(headers: IncomingHttpHeaders, publicUrl: string | undefined, allowed: string): string | undefined {
	const { origin } = headers;
	if (origin === undefined) return undefined;
	const host = hostOf(origin);
	// Behind a proxy the host header may be n8n's inner one: then n8n's own idea of its public address holds.
	if (host !== undefined && (host === headers.host || host === hostOf(publicUrl ?? ''))) return undefined;
	const list = allowed.split(',').map((entry) => entry.trim().replace(/\/$/, '').toLowerCase());
	if (list.includes('*') || list.includes(origin.toLowerCase())) return origin;
	throw new VoiceError('VOICE_ERR_ORIGIN_REFUSED', `Pages from ${origin} are not allowed to call this agent.`);
}

function hostOf(url: string): string | undefined {
	return URL.canParse(url) ? new URL(url).host : undefined;
}
