import { ticketOffer, ticketsGiven } from '../../contract/signalling';

/** n8n ties a login to the browser that made it, and its editor keeps the id there. */
const BROWSER_ID = 'n8n-browserId';
const LIMIT_MS = 10_000;

/**
 * Gets the caller another ticket: theirs has expired while the page was open, or the runtime was started again with
 * another key. n8n gives one to whoever is still logged in to it in this browser.
 * @returns whether it did; false where the agent asks for no ticket
 */
export async function renewTicket(address: string): Promise<boolean> {
	try {
		const offered = ticketOffer.safeParse(await read(await ask(address, { headers: { accept: 'application/json' } })));
		if (!offered.success) return false;
		const { rest, ticketHeader, body } = offered.data.ticket;
		const headers: Record<string, string> = { 'content-type': 'application/json' };
		const browser = localStorage.getItem(BROWSER_ID);
		if (browser !== null) headers['browser-id'] = browser;
		const asked = await ask(`${rest}/dynamic-node-parameters/options`, { method: 'POST', headers, body: JSON.stringify(body) });
		const ticket = ticketsGiven.safeParse(await read(asked)).data?.data[0]?.value;
		if (ticket === undefined) return false;
		return (await ask(address, { method: 'POST', headers: { [ticketHeader]: ticket } })).ok;
	} catch {
		return false;
	}
}

async function ask(address: string, options: RequestInit): Promise<Response> {
	return await fetch(address, { ...options, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
}

async function read(response: Response): Promise<unknown> {
	return await response.json();
}
