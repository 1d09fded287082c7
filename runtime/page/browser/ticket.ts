import { z } from 'zod';
import { ticketOffer, ticketsGiven } from '../../contract/signalling';
import { CallFault, offline, serverUnreachable } from './faults';
import { readAnswer, faultOf } from './answers';

/** n8n ties a login to the browser that made it, and its editor keeps the id there. */
const BROWSER_ID = 'n8n-browserId';
const LIMIT_MS = 10_000;
/** n8n's own for whoever is not logged in. */
const UNAUTHORIZED = 401;

/**
 * Gets the caller another ticket: theirs has expired while the page was open, or the runtime was started again with
 * another key. n8n gives one to whoever is still logged in to it in this browser.
 * @returns whether it did; false where the agent asks for no ticket, or the caller is not logged in
 * @throws CallFault where nobody can say: n8n is starting, or takes no more requests for a moment
 */
export async function renewTicket(address: string): Promise<boolean> {
	const offer = await ask(address, { headers: { accept: 'application/json' } });
	const offered = ticketOffer.safeParse(offer.status === UNAUTHORIZED ? await offer.json().catch(() => null) : null);
	if (!offered.success) return false;
	const { rest, ticketHeader, body } = offered.data.ticket;
	const headers: Record<string, string> = { 'content-type': 'application/json' };
	const browser = localStorage.getItem(BROWSER_ID);
	if (browser !== null) headers['browser-id'] = browser;
	const asked = await ask(`${rest}/dynamic-node-parameters/options`, { method: 'POST', headers, body: JSON.stringify(body) });
	if (asked.status === UNAUTHORIZED) return false;
	const ticket = ticketsGiven.safeParse(await readAnswer(asked, z.unknown())).data?.data[0]?.value;
	if (ticket === undefined) return false;
	return (await ask(address, { method: 'POST', headers: { [ticketHeader]: ticket } })).ok;
}

/** @throws CallFault where it is no answer of n8n's or the trigger's, or one that says to wait */
async function ask(address: string, options: RequestInit): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(address, { ...options, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
	} catch {
		throw new CallFault(navigator.onLine ? serverUnreachable : offline);
	}
	if (response.status === 429 || response.status >= 500) throw new CallFault(await faultOf(response, false));
	return response;
}
