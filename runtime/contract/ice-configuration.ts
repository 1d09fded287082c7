import { z } from 'zod';
import { type IceServer, iceServer } from './signalling';

/**
 * What a caller gathers candidates with, asked for before the offer: GET at the trigger's URL with `Accept:
 * application/json`, by whoever may call; the trigger asks GET /v1/ice-servers of the runtime.
 */
export const iceConfiguration = z.object({
	iceServers: z.array(iceServer).max(16),
	/** `relay`: through a TURN server or not at all. */
	iceTransportPolicy: z.enum(['all', 'relay']),
	/** How long the credentials are good for, seconds. Ask again for a call or an ICE restart after that. */
	lifetimeSeconds: z.number().int().positive(),
});
export type IceConfiguration = z.infer<typeof iceConfiguration>;

/** The ICE servers as WHIP gives them to callers that talk bare SDP (RFC 9725, 4.6): one `Link` header for each URL. */
export function iceServerLinks(servers: readonly IceServer[]): string[] {
	return servers.flatMap(({ urls, username, credential }) =>
		urls.map((url) => {
			const login = username === undefined || credential === undefined ? '' : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
			return `<${url.replace(/[<>\s]/g, '')}>; rel="ice-server"${login}`;
		}),
	);
}

function quoted(text: string): string {
	return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}
