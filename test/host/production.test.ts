// Guards against an n8n that runs as its developers run it: open to every website that its owner visits, and to
// whoever guesses passwords.
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { CallSignalling } from '../../runtime/cli/call/signalling';
import { logIn } from '../e2e/browser-caller';
import { launch, leave, visit } from '../page/browser';
import { type N8nHost, startN8n } from './n8n-host';

let host: N8nHost;
let browser: Browser;
let owner: Page;
let stranger: Page;
let site: Server;
let foreign: string;

beforeAll(async () => {
	host = await startN8n();
	site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Another site</title>'));
	await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
	foreign = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
	browser = await launch();
	owner = await visit(browser, { url: 'about:blank' });
	await logIn(owner, { n8n: host });
	// The same browser, with the owner's cookies: to browsers, another port is the same site.
	stranger = await owner.context().newPage();
	await stranger.goto(foreign);
}, 300_000);

afterAll(async () => {
	if (owner) await leave(owner);
	await browser?.close();
	site?.close();
	await host?.stop();
});

/** What the page of this origin comes to know when it asks n8n with the owner's login. */
async function asks(page: Page, path: string): Promise<string> {
	return await page.evaluate(`fetch(${JSON.stringify(`${host.url}${path}`)}, { credentials: 'include', headers: { 'browser-id': localStorage.getItem('n8n-browserId') ?? 'x' } })
		.then(async (response) => response.status + ' ' + (await response.text()).slice(0, 60), (error) => 'refused: ' + error.message)`);
}

/** What an editor's push socket says to this page within a second: "open" while nothing is wrong. */
async function opensPush(page: Page): Promise<string> {
	return await page.evaluate(`new Promise((resolve) => {
		const socket = new WebSocket(${JSON.stringify(`${host.url.replace('http', 'ws')}/rest/push?pushRef=guessed`)});
		socket.onclose = ({ code }) => resolve('closed ' + code);
		socket.onopen = () => setTimeout(() => resolve('open'), 1000);
	})`);
}

test('the editor itself works: its API answers and its push socket is open', async () => {
	expect(await asks(owner, '/rest/settings')).toMatch(/^200 /);
	expect(await asks(owner, '/rest/workflows')).toMatch(/^200 /);
	expect(await opensPush(owner)).toBe('open');
});

test.each(['/rest/settings', '/rest/login', '/rest/workflows', '/healthz'])('%s tells another site nothing', async (path) => {
	expect(await asks(stranger, path)).toMatch(/^refused: /);
	const answer = await fetch(`${host.url}${path}`, { headers: { origin: foreign } });
	const preflight = await fetch(`${host.url}${path}`, { method: 'OPTIONS', headers: { origin: foreign, 'access-control-request-method': 'POST' } });
	for (const { headers } of [answer, preflight]) {
		expect(headers.get('access-control-allow-origin')).toBeNull();
		expect(headers.get('access-control-allow-credentials')).toBeNull();
	}
});

test("another site does not get the owner's push socket", async () => {
	expect(await opensPush(stranger)).toBe('closed 1008');
});

test.each(['/', '/workflow/new', '/signin'])('%s is not shown in the frame of another site', async (path) => {
	expect((await fetch(`${host.url}${path}`)).headers.get('x-frame-options')).toBe('SAMEORIGIN');
	await stranger.evaluate(`document.body.innerHTML = '<iframe src=${JSON.stringify(`${host.url}${path}`)}></iframe>'`);
	await pause(2000);
	const [frame] = stranger.frames().filter((each) => each !== stranger.mainFrame());
	expect(frame?.url()).toMatch(/^chrome-error:/);
});

async function triesToLogIn(password: string): Promise<Response> {
	const body = JSON.stringify({ emailOrLdapLoginId: host.owner.email, password });
	return await fetch(`${host.url}/rest/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

test('what goes wrong is told without the place in the code', async () => {
	const refused = await triesToLogIn('Wrong-1');
	expect(refused.status).toBe(401);
	expect(await refused.text()).not.toMatch(/stack|node_modules|\.js:\d/);
});

test('passwords cannot be tried without end', async () => {
	const statuses: number[] = [];
	for (let attempt = 0; attempt < 12; attempt++) statuses.push((await triesToLogIn(`Wrong-${attempt}`)).status);
	expect(statuses.at(-1)).toBe(429);
});

test('n8n that takes no more log-ins for a moment: the call command says so, and when to call again', async () => {
	const refused = await triesToLogIn('Wrong-again');
	expect(refused.status).toBe(429);
	const seconds = Number(refused.headers.get('retry-after'));
	expect(seconds).toBeGreaterThan(0);
	const { email } = host.owner;
	const opened = CallSignalling.open(`${host.url}/webhook/voice`, { kind: 'n8n', email, password: 'Wrong-again' });
	await expect(opened).rejects.toMatchObject({ message: expect.stringMatching(/only a few log-ins/), remedy: expect.stringMatching(/^Wait \d+ s and call again/) });
});
