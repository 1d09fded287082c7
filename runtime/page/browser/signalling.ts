import { CALL_TOKEN_HEADER, RESUME_TOKEN_HEADER, type CallerAnswer, type CallerOffer, callerAnswer } from '../../contract/signalling';
import { CallFault, type Fault, connectionLost, n8nAway, n8nStarting, offline, serverUnreachable } from './faults';
import { IceServers } from './ice-servers';
import { readAnswer, faultOf } from './answers';
import { renewTicket } from './ticket';

/** The server may have to start the runtime and load models before it answers the first call. */
const OPEN_LIMIT_MS = 90_000;
/** In a running call everything is loaded; a longer silence is a lost network. */
const REOFFER_LIMIT_MS = 5_000;
/** How often an n8n that is starting is asked again. */
const RETRY_MS = 1_000;
/**
 * For so long, by what it says: that it is starting; nothing, while its port is not open yet; that there is no such page, while it
 * has none; or that no workflow listens, which is so until it has registered them all.
 */
const STARTING_LIMIT_MS: Readonly<Record<string, number>> = {
	[n8nStarting.code]: 60_000,
	[serverUnreachable.code]: 30_000,
	PAGE_N8N_UNREACHABLE: 60_000,
	[n8nAway.code]: 15_000,
	VOICE_ERR_NOT_LISTENING: 10_000,
};
/** A process may have to be started again. */
const RESUME_LIMIT_MS = 20_000;

/** Offers, re-offers and the end of the call: all on the page's own address. */
export class PageSignalling {
	readonly iceServers: IceServers;
	private token = '';

	constructor(
		private readonly address: URL,
		private readonly secret: string,
		/** Of the call that goes on; '' for a new one. */
		private resumeToken = '',
	) {
		this.iceServers = new IceServers(this.url(''), () => ({ ...this.headers(), ...(this.resumeToken && { [RESUME_TOKEN_HEADER]: this.resumeToken }) }));
	}

	/**
	 * @param offer is asked for each try's own
	 * @param waiting is told while n8n is starting and is asked again
	 * @throws CallFault
	 */
	async open(offer: (again: boolean) => Promise<string>, cancelled: AbortSignal, waiting: (fault: Fault) => void): Promise<CallerAnswer> {
		/** When each was said first: n8n says one after the other. */
		const since = new Map<string, number>();
		for (let again = false; ; again = true) {
			try {
				return await this.openNow(await offer(again));
			} catch (error) {
				if (!(error instanceof CallFault)) throw error;
				const { code, retryAfterSeconds = 0 } = error.fault;
				const first = since.get(code) ?? Date.now();
				since.set(code, first);
				const pause = Math.max(RETRY_MS, retryAfterSeconds * 1000);
				// Who asks for more patience than that is not starting.
				if (Date.now() - first >= this.limitFor(code) || pause > this.limitFor(code)) throw error;
				waiting(error.fault);
				const over = AbortSignal.any([cancelled, AbortSignal.timeout(pause)]);
				if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve));
				if (cancelled.aborted) throw new CallFault(connectionLost);
			}
		}
	}

	/** A test in the editor is over when n8n says so. Another page was served at this address: its workflow is published, or was. */
	private limitFor(code: string): number {
		return code === 'VOICE_ERR_NOT_LISTENING' && isTestAddress(this.address) ? 0 : (STARTING_LIMIT_MS[code] ?? 0);
	}

	private async openNow(sdp: string): Promise<CallerAnswer> {
		try {
			return await this.offer(sdp);
		} catch (error) {
			const refused = error instanceof CallFault && error.fault.code === 'VOICE_ERR_CALLER_REFUSED';
			if (!refused || this.secret !== '' || !(await renewTicket(this.url('')))) throw error;
			return await this.offer(sdp);
		}
	}

	/** The call that goes on is enough to be told its servers: a ticket may have run out, and an invitation is used. */
	goesOn(resumeToken: string): void {
		this.resumeToken = resumeToken;
	}

	/** Into the same conversation, by an earlier answer's token. @throws CallFault */
	async resume(sdp: string, resumeToken: string, cancelled: AbortSignal): Promise<CallerAnswer> {
		const limit = AbortSignal.any([cancelled, AbortSignal.timeout(RESUME_LIMIT_MS)]);
		return await readAnswer(await this.ask('POST', '', { sdp, trickle: true, resumeToken }, limit), callerAnswer);
	}

	private async offer(sdp: string): Promise<CallerAnswer> {
		return await readAnswer(await this.ask('POST', '', { sdp, trickle: true }, AbortSignal.timeout(OPEN_LIMIT_MS)), callerAnswer);
	}

	/** @throws CallFault; its code is PAGE_SERVER_UNREACHABLE where trying again may help. */
	async reoffer(session: string, sdp: string, cancelled: AbortSignal): Promise<string> {
		const limit = AbortSignal.any([cancelled, AbortSignal.timeout(REOFFER_LIMIT_MS)]);
		const answer = await this.ask('PATCH', session, { sdp, trickle: true }, limit);
		return (await readAnswer(answer, callerAnswer)).sdp;
	}

	/** Never fails: the server ends a call by itself when its sound stops. `keepalive` outlives the page. */
	async end(session: string): Promise<void> {
		await fetch(this.url(session), { method: 'DELETE', headers: this.headers(), keepalive: true }).catch(() => undefined);
	}

	private async ask(method: string, session: string, offer: Omit<CallerOffer, 'type'>, signal: AbortSignal): Promise<Response> {
		let response: Response;
		try {
			response = await fetch(this.url(session), {
				method,
				headers: { ...this.headers(), 'content-type': 'application/json' },
				body: JSON.stringify({ type: 'offer', ...offer } satisfies CallerOffer),
				cache: 'no-store',
				signal,
			});
		} catch {
			// Without a network nobody need wait to be told.
			throw new CallFault(navigator.onLine ? serverUnreachable : offline);
		}
		if (!response.ok) throw new CallFault(await faultOf(response, isTestAddress(this.address)));
		return response;
	}

	/** The page's own address for requests about this call. From now on they carry its token, which outlives a log-in. */
	inCall(session: string, token: string): string {
		this.token = token;
		return this.url(session);
	}

	private url(session: string): string {
		const url = new URL(this.address);
		url.hash = '';
		url.search = session ? `?session=${encodeURIComponent(session)}` : '';
		return url.href;
	}

	private headers(): Record<string, string> {
		return { ...(this.secret && { authorization: `Bearer ${this.secret}` }), ...(this.token && { [CALL_TOKEN_HEADER]: this.token }) };
	}
}

/** n8n serves a workflow that is being tested in the editor under /webhook-test/. */
export function isTestAddress(address: URL): boolean {
	return address.pathname.includes('/webhook-test/');
}
