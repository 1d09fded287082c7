import type { IncomingHttpHeaders } from 'node:http';
import { VoiceError } from '../../../runtime/contract/errors';
import { openResumeToken, unknownCall } from '../../../runtime/lib/call-token';
import { isSameSecret } from '../../../runtime/lib/same-secret';
import { wrongGuesses } from './guesses';
import { TICKET_COOKIE, isTicketValid } from './ticket';

export const CALLERS = ['n8nUsers', 'secret', 'token', 'anyone'] as const;
export type Callers = (typeof CALLERS)[number];

export interface Gate {
	readonly callers: Callers;
	readonly secret: string;
	readonly path: string;
	/** The caller's, '' where nobody knows it. */
	readonly address: string;
	/** What tickets are sealed with; undefined when no runtime was ever started. */
	key(): Promise<string | undefined>;
}

/** A shorter secret can be guessed over the network. */
const SHORTEST_SECRET = 8;

/** @throws VOICE_ERR_CALLER_REFUSED, or VOICE_ERR_TOO_MANY for whoever tries secrets one after the other */
export async function checkCaller(headers: IncomingHttpHeaders, gate: Gate): Promise<void> {
	// The runtime looks at the token that comes with an offer: it is good for one, wherever n8n runs.
	if (gate.callers === 'anyone' || gate.callers === 'token') return;
	if (gate.callers === 'secret') {
		checkSecret(headers, gate);
		return;
	}
	if (await hasTicket(headers, gate)) return;
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'Only users of this n8n can call this agent.', {
		remedy: 'Log in to n8n in this browser, then reload the page.',
	});
}

/**
 * Before a runtime is asked, or started, for whoever writes down a token.
 * @throws VOICE_ERR_CALL_UNKNOWN where no runtime of this key has given it
 */
export async function checkResumed(token: string, gate: Gate): Promise<void> {
	const key = await gate.key();
	// Without a runtime there is no call, and an empty key is everybody's.
	if (key === undefined) throw unknownCall();
	openResumeToken(key, token);
}

export async function hasTicket(headers: IncomingHttpHeaders, gate: Gate): Promise<boolean> {
	const ticket = cookie(headers, TICKET_COOKIE);
	const key = ticket === '' ? undefined : await gate.key();
	return key !== undefined && isTicketValid(ticket, key, gate.path, Date.now());
}

function checkSecret(headers: IncomingHttpHeaders, { secret, address }: Gate): void {
	wrongGuesses.assertFew(address);
	if (secret.length < SHORTEST_SECRET) {
		throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'No secret has been set for this agent.', {
			remedy: `Set a secret of at least ${SHORTEST_SECRET} characters in the Voice Session Trigger.`,
		});
	}
	const given = bearerOf(headers);
	if (isSameSecret(given, secret)) return;
	// A page without a secret asks for it: no guess.
	if (given !== '') wrongGuesses.wrong(address);
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The secret is missing or wrong.', {
		remedy: 'Enter the secret that is set in the Voice Session Trigger.',
	});
}

/** '' for none. */
export function bearerOf(headers: IncomingHttpHeaders): string {
	return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function cookie(headers: IncomingHttpHeaders, name: string): string {
	const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
	return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}
