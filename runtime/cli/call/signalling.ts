import { z } from 'zod';
import { errorShape, VoiceError } from '../../contract/errors';
import { iceConfiguration } from '../../contract/ice-configuration';
import { ticketOffer, ticketsGiven } from '../../contract/signalling';
import { parseJson } from '../../lib/json';
import { retryAfterMs } from '../../lib/retry-after';
import type { CallerNetwork } from './peer-protocol';

/** How long n8n may take to answer: it reads the workflow and asks the runtime. */
const ANSWER_LIMIT_MS = 20_000;
/** n8n ties its cookie to the browser that logged in. */
const BROWSER_ID = 'voice-loop-call';

/** How the trigger knows the caller. */
export type CallAuth =
	| { readonly kind: 'open' }
	| { readonly kind: 'secret'; readonly secret: string }
	| { readonly kind: 'n8n'; readonly email: string; readonly password: string };

export interface CallAnswer {
	readonly sdp: string;
	readonly sessionId: string;
}

const answerBody = z.object({ type: z.literal('answer'), sdp: z.string().min(1), sessionId: z.string().min(1) });
const errorBody = z.object({ error: errorShape });
const n8nFailure = z.object({ message: z.string() });

/** The trigger's HTTP interface, as the voice page uses it. */
export class CallSignalling {
	private constructor(
		private readonly url: string,
		private readonly headers: Record<string, string>,
	) {}

	/** Logs in where that is how the trigger knows its callers. */
	static async open(url: string, auth: CallAuth): Promise<CallSignalling> {
		const headers: Record<string, string> = { 'browser-id': BROWSER_ID };
		if (auth.kind === 'secret') headers.authorization = `Bearer ${auth.secret}`;
		else if (auth.kind === 'n8n') headers.cookie = await ticketCookie(url, await logIn(new URL(url).origin, auth.email, auth.password));
		return new CallSignalling(url, headers);
	}

	/** What to gather candidates with. A trigger that does not say has no servers. */
	async iceConfiguration(): Promise<CallerNetwork> {
		const body = await jsonOf(await request(this.url, { headers: { ...this.headers, accept: 'application/json' } }));
		const found = iceConfiguration.safeParse(body).data;
		const error = errorBody.safeParse(body).data?.error;
		if (error?.code === 'VOICE_ERR_NO_RELAY') throw VoiceError.fromShape(error);
		return { iceServers: found?.iceServers ?? [], relayOnly: found?.iceTransportPolicy === 'relay' };
	}

	async offer(sdp: string): Promise<CallAnswer> {
		return await this.exchange('POST', this.url, sdp);
	}

	/** A new offer for a call under way, after its network changed. */
	async reoffer(sessionId: string, sdp: string): Promise<CallAnswer> {
		return await this.exchange('PATCH', this.sessionUrl(sessionId), sdp);
	}

	async end(sessionId: string): Promise<void> {
		await request(this.sessionUrl(sessionId), { method: 'DELETE', headers: this.headers });
	}

	private async exchange(method: string, url: string, sdp: string): Promise<CallAnswer> {
		const response = await request(url, {
			method,
			headers: { ...this.headers, 'content-type': 'application/json' },
			body: JSON.stringify({ type: 'offer', sdp }),
		});
		const body = await jsonOf(response);
		if (!response.ok) throw refusal(response, body, url);
		const answer = answerBody.safeParse(body);
		if (answer.success) return answer.data;
		throw new VoiceError('VOICE_ERR_NOT_LISTENING', `${url} answered, but it is not a Voice Session Trigger.`, {
			remedy: 'Use the URL of the voice page, for example http://127.0.0.1:5678/webhook/voice.',
		});
	}

	private sessionUrl(sessionId: string): string {
		const url = new URL(this.url);
		url.searchParams.set('session', sessionId);
		return url.href;
	}
}

/** n8n shows its own login to no node: it gives out a ticket instead. @returns the cookie to call with */
async function ticketCookie(url: string, login: string): Promise<string> {
	const headers = { cookie: login, 'browser-id': BROWSER_ID, 'content-type': 'application/json' };
	const asked = ticketOffer.safeParse(await jsonOf(await request(url, { headers: { ...headers, accept: 'application/json' } })));
	// A trigger that lets others in needs no ticket.
	if (!asked.success) return login;
	const { rest, ticketHeader, body } = asked.data.ticket;
	const options = { method: 'POST', headers, body: JSON.stringify(body) };
	const answer = await jsonOf(await request(new URL(`${rest}/dynamic-node-parameters/options`, url).href, options));
	const ticket = ticketsGiven.safeParse(answer).data?.data[0]?.value;
	if (ticket === undefined) {
		const why = n8nFailure.safeParse(answer).data?.message ?? 'Its answer has no reason.';
		throw new VoiceError('VOICE_ERR_CALLER_REFUSED', `n8n did not issue a ticket for this call. ${why}`);
	}
	const shown = await request(url, { method: 'POST', headers: { [ticketHeader]: ticket } });
	const cookie = shown.headers.getSetCookie()[0]?.split(';', 1)[0];
	if (shown.ok && cookie !== undefined) return cookie;
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The trigger did not take the ticket that n8n issued.');
}

async function logIn(origin: string, email: string, password: string): Promise<string> {
	const response = await request(`${origin}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'browser-id': BROWSER_ID },
		body: JSON.stringify({ emailOrLdapLoginId: email, password }),
	});
	const cookie = response.headers.getSetCookie().find((line) => line.startsWith('n8n-auth='));
	if (response.ok && cookie) return cookie.split(';', 1)[0] as string;
	if (response.status === 429) {
		throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'n8n allows only a few log-ins a minute, and these have been used up.', {
			remedy: `Wait ${waitOf(response)} and call again, or use --secret with the trigger's secret.`,
		});
	}
	const away = nobodyThere(response, origin);
	if (away) throw away;
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', `Logging in to n8n as ${email} failed (status ${response.status}).`, {
		remedy: 'Check --email and --password, or use --secret with the trigger\'s secret.',
	});
}

async function request(url: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
	} catch (cause) {
		const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
		const { origin } = new URL(url);
		throw new VoiceError(
			'VOICE_ERR_RUNTIME_UNREACHABLE',
			timedOut ? `${origin} did not answer within ${ANSWER_LIMIT_MS / 1000} seconds.` : `There was no answer from ${origin}: n8n is not running there.`,
			{ cause, remedy: 'Start n8n (in a clone of this project: npm start), or set the URL of the voice page with --url.' },
		);
	}
}

async function jsonOf(response: Response): Promise<unknown> {
	return parseJson(await response.text().catch(() => ''));
}

/** The trigger's own words where it gave some. */
function refusal(response: Response, body: unknown, url: string): VoiceError {
	const { status } = response;
	const typed = errorBody.safeParse(body);
	if (typed.success) return VoiceError.fromShape(typed.data.error);
	const away = nobodyThere(response, new URL(url).origin);
	if (away) return away;
	if (status === 429) return new VoiceError('VOICE_ERR_TOO_MANY', 'n8n, or a proxy in front of it, takes no more requests for a moment.', { remedy: `Wait ${waitOf(response)} and call again.` });
	if (status === 401 || status === 403) return new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The trigger refused the call.');
	if (status === 404) return new VoiceError('VOICE_ERR_NOT_LISTENING', `No workflow is listening at ${url}.`);
	return new VoiceError('VOICE_ERR_INTERNAL', `n8n answered the offer with status ${status}.`, {
		remedy: 'Look at the n8n log.',
	});
}

/** A proxy that answers in n8n's place, or n8n while it starts; undefined where it is neither. */
function nobodyThere({ status }: Response, origin: string): VoiceError | undefined {
	if (![502, 503, 504].includes(status)) return undefined;
	return new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `n8n does not answer at ${origin}: it is starting, or it is not running (HTTP status ${status}).`, {
		remedy: 'Wait a minute and call again. If that does not help, look at n8n\'s log.',
	});
}

/** How long the server wants to be left alone. */
function waitOf(response: Response): string {
	const ms = retryAfterMs(response.headers.get('retry-after'));
	return ms === undefined ? 'a minute' : `${Math.max(1, Math.ceil(ms / 1000))} s`;
}
