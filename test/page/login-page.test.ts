// Guards against: a user of n8n who opens the page and is told the wrong thing, or nothing, while n8n starts, is away, or takes no more
// requests for a moment; and one who has to reload it by hand when it could go on by itself.
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INode } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import { loginPage } from '../../nodes/VoiceSessionTrigger/callers/login-page';
import { launch, leave, picture, visit } from './browser';

jest.setTimeout(60_000);

type Answer = { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

const NODE: INode = { id: '1', name: 'n', type: 'x.voiceSessionTrigger', typeVersion: 1, position: [0, 0], parameters: {} };
const HTML = '<html>Bad Gateway</html>';
const TICKET: Answer = { status: 200, body: JSON.stringify({ data: [{ name: 't', value: 'ticket' }] }) };

let browser: Browser;
let server: Server;
let url: string;
/** What n8n says to whoever asks for a ticket; 'cut': nothing. */
let n8n: Answer | 'cut';
/** The trigger, to whoever hands it in. */
let trigger: Answer;
let admitted: boolean;

beforeAll(async () => {
	browser = await launch();
	server = createServer((request, response) => {
		request.resume();
		const say = ({ status, body, headers }: Answer): void => void response.writeHead(status, headers).end(body);
		if (request.method === 'GET') {
			const html = admitted ? '<!doctype html><title>Voice agent</title><h1>The voice page</h1>' : loginPage(NODE, 'voice', `${url}/rest/`, 'n');
			return say({ status: admitted ? 200 : 401, body: html, headers: { 'content-type': 'text/html' } });
		}
		if (request.url?.startsWith('/rest')) return n8n === 'cut' ? void request.socket.destroy() : say(n8n);
		admitted = trigger.status < 300;
		return say(trigger);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	await browser?.close();
	server?.closeAllConnections();
	server?.close();
});
beforeEach(() => {
	n8n = TICKET;
	trigger = { status: 204, body: '' };
	admitted = false;
});

async function opened(): Promise<Page> {
	return await visit(browser, { url: `${url}/webhook/voice`, width: 360, height: 740 });
}

async function letIn(page: Page): Promise<void> {
	await page.getByRole('heading', { name: 'The voice page' }).waitFor();
}

test('whoever is logged in is let in at once', async () => {
	const page = await opened();
	await letIn(page);
	await leave(page);
});

test('whoever is not is asked to log in', async () => {
	n8n = { status: 401, body: JSON.stringify({ status: 'error', message: 'Unauthorized' }) };
	const page = await opened();
	await page.getByRole('heading', { name: 'Log in to n8n, then reload' }).waitFor();
	expect(await page.getByRole('link', { name: 'Log in to n8n' }).getAttribute('href')).toBe('/signin');
	await picture(page, 'phone-login');
	n8n = TICKET;
	await page.getByRole('button', { name: 'Reload' }).click();
	await letIn(page);
	await leave(page);
});

test.each<[string, Answer | 'cut', string, string]>([
	['a proxy answers in its place', { status: 502, body: HTML }, 'n8n does not answer', 'It is starting, or it is not running (status 502).'],
	['its database is not ready', { status: 503, body: JSON.stringify({ code: 503, message: 'Database is not ready!' }) }, 'n8n does not answer', 'It is starting, or it is not running (status 503).'],
	['it says so in plain text', { status: 200, body: 'n8n is starting up. Please wait' }, 'n8n is starting', 'it is not ready yet'],
	['its port is not open', 'cut', 'n8n cannot be reached', 'It did not answer.'],
	['the runtime is not there', { status: 500, body: JSON.stringify({ message: 'No voice runtime is running on this machine.' }) }, 'The voice agent is not ready', 'No voice runtime is running'],
	['too many have asked', { status: 429, body: JSON.stringify({ message: 'Too many requests' }), headers: { 'retry-after': '3' } }, 'Too many requests', 'takes no more requests'],
])('n8n is not ready (%s): the page says what it is, asks nobody to log in, and goes on by itself', async (_name, answer, title, why) => {
	n8n = answer;
	const page = await opened();
	await page.getByRole('heading', { name: title }).waitFor();
	expect(await page.locator('#why').innerText()).toContain(why);
	expect(await page.locator('#why').innerText()).toContain('This page tries again');
	expect(await page.getByRole('link', { name: 'Log in to n8n' }).isVisible()).toBe(false);
	await picture(page, `phone-login-${title.toLowerCase().replaceAll(' ', '-')}`);
	n8n = TICKET;
	await letIn(page);
	await leave(page);
});

test.each([
	['42', 'in 42 seconds'],
	[new Date(Date.now() + 3_600_000).toUTCString(), 'in 60 minutes'],
	['soon', 'in 60 seconds'],
])('it says when, where n8n does (Retry-After: %s)', async (header, words) => {
	n8n = { status: 429, body: '', headers: { 'retry-after': header } };
	const page = await opened();
	await page.getByRole('heading', { name: 'Too many requests' }).waitFor();
	expect(await page.locator('#why').innerText()).toContain(`This page tries again ${words}.`);
	await leave(page);
});

test('a proxy that lets in only whom it knows is not taken for n8n', async () => {
	n8n = { status: 403, body: HTML };
	const page = await opened();
	await page.getByRole('heading', { name: 'The server did not let you through' }).waitFor();
	expect(await page.getByRole('link', { name: 'Log in to n8n' }).isVisible()).toBe(false);
	await leave(page);
});

test('a ticket that the trigger does not take is told in its words', async () => {
	trigger = { status: 403, body: JSON.stringify({ error: { code: 'VOICE_ERR_CALLER_REFUSED', message: 'The ticket is not valid, or has expired.', remedy: 'Reload the page.' } }) };
	const page = await opened();
	await page.getByText('The ticket is not valid, or has expired.').waitFor();
	await leave(page);
});
