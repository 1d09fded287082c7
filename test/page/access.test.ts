// Guards against: a secret that is lost, sent where it should not be, kept in the address, or a caller who is refused and not told how to get in.
import type { Browser } from 'playwright-core';
import { launch, leave, picture, shows, visit } from './browser';
import { PageServer } from './page-server';

jest.setTimeout(60_000);

let browser: Browser;
let server: PageServer;

const REFUSED = { status: 403, body: { error: { code: 'VOICE_ERR_CALLER_REFUSED', message: 'The secret is missing or wrong.', remedy: 'Enter the secret that is set in the trigger.' } } };

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => await server.reset());

test('the secret is asked for, sent with every request, kept for the tab, and asked again when refused', async () => {
	server.callers = 'secret';
	const page = await visit(browser, { url: server.url() });
	const input = page.getByTestId('secret');
	await input.waitFor();

	await page.getByTestId('call').click();
	await expect(input.getAttribute('aria-invalid')).resolves.toBe('true');
	expect(server.asked).toEqual([]);

	server.refuse.set('POST', REFUSED);
	await input.fill('wrong');
	await input.press('Enter');
	await shows(page, 'failed');
	await expect(page.getByTestId('error').innerText()).resolves.toContain('The secret was not accepted');
	await picture(page, 'desktop-secret-refused');

	server.refuse.clear();
	await input.fill('open sesame');
	await page.getByTestId('call').click();
	await server.channelOpen();
	await shows(page, 'listening');
	await expect(input.isVisible()).resolves.toBe(false);
	const ended = new Promise((resolve) => server.on('asked', (method) => method === 'DELETE' && resolve(undefined)));
	await page.getByTestId('call').click();
	await ended;
	expect(server.asked.map(({ method, authorization }) => [method, authorization])).toEqual([
		['POST', 'Bearer wrong'],
		['POST', 'Bearer open sesame'],
		['DELETE', 'Bearer open sesame'],
	]);

	await page.reload();
	await expect(page.getByTestId('secret').isVisible()).resolves.toBe(false);
	await leave(page);
});

test('a secret in the address\'s fragment is used and removed from the address', async () => {
	server.callers = 'secret';
	const page = await visit(browser, { url: `${server.url()}#secret=from%20the%20link` });
	expect(page.url()).toBe(server.url());
	await page.getByTestId('call').click();
	await server.channelOpen();
	expect(server.asked[0]?.authorization).toBe('Bearer from the link');
	await leave(page);
});

test('a ticket that has run out is renewed by whoever is still logged in, and the call comes about', async () => {
	server.callers = 'n8nUsers';
	const page = await visit(browser, { url: server.url() });
	const ask = { rest: '/rest', ticketHeader: 'x-voice-ticket', body: { path: 'ticket' } };
	const shown: Array<string | undefined> = [];
	await page.route('**/webhook/voice', async (route) => {
		const request = route.request();
		const ticket = request.headers()['x-voice-ticket'];
		if (request.method() === 'GET') return await route.fulfill({ status: 401, json: { ticket: ask } });
		if (ticket !== undefined) {
			shown.push(ticket);
			return await route.fulfill({ status: 204 });
		}
		const refused = { code: 'VOICE_ERR_CALLER_REFUSED', message: 'Only users of this n8n can call this agent.', remedy: '' };
		if (shown.length === 0) return await route.fulfill({ status: 403, json: { error: refused } });
		await route.continue();
	});
	await page.route('**/rest/dynamic-node-parameters/options', async (route) => {
		expect(route.request().postDataJSON()).toEqual(ask.body);
		await route.fulfill({ json: { data: [{ value: 'fresh' }] } });
	});
	await page.getByTestId('call').click();
	await server.channelOpen();
	await shows(page, 'listening');
	expect(shown).toEqual(['fresh']);
	await leave(page);
});

test('n8n that takes no more requests while a ticket is renewed: nobody is told to log in who is logged in', async () => {
	server.callers = 'n8nUsers';
	const page = await visit(browser, { url: server.url() });
	await page.route('**/webhook/voice', async (route) => {
		if (route.request().method() === 'GET') return await route.fulfill({ status: 401, json: { ticket: { rest: '/rest', ticketHeader: 'x-voice-ticket', body: { path: 'ticket' } } } });
		await route.fulfill({ status: 403, json: { error: { code: 'VOICE_ERR_CALLER_REFUSED', message: 'Only users of this n8n can call this agent.', remedy: '' } } });
	});
	await page.route('**/rest/dynamic-node-parameters/options', async (route) => await route.fulfill({ status: 429, headers: { 'retry-after': '30' }, json: { message: 'Too many requests' } }));
	await page.getByTestId('call').click();
	await shows(page, 'failed');
	const text = await page.getByTestId('error').innerText();
	expect(text).toContain('Wait 30 seconds, then call again.');
	expect(text).not.toContain('Log in');
	await leave(page);
});

test('whoever\'s login has run out is sent back to the door', async () => {
	server.callers = 'n8nUsers';
	server.refuse.set('POST', { status: 403, body: { error: { code: 'VOICE_ERR_CALLER_REFUSED', message: 'Only users of this n8n can call this agent.', remedy: 'Log in to n8n in this browser, then reload the page.' } } });
	const page = await visit(browser, { url: server.url() });
	await page.getByTestId('call').click();
	await shows(page, 'failed');
	const text = await page.getByTestId('error').innerText();
	for (const words of ['Log in to n8n first', 'Only users of this n8n can call this agent.', 'then reload the page.']) expect(text).toContain(words);
	await expect(page.getByTestId('secret').isVisible()).resolves.toBe(false);
	await picture(page, 'desktop-not-logged-in');
	await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: 'Reload the page' }).click()]);
	await shows(page, 'idle');
	await leave(page);
});
