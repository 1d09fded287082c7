// Guards against: a call that is lost because its tab was closed, and a stranger at a shared computer who gets into one that was left.
import type { Browser, Page } from 'playwright-core';
import { becomes, launch, leave, picture, shows, visit } from './browser';
import { greeting } from './dialogue';
import { PageServer, RESUME_TOKEN } from './page-server';

jest.setTimeout(60_000);

let browser: Browser;
let server: PageServer;
let page: Page;

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => await server.reset());
afterEach(async () => await leave(page));

/** The call is locked up for the moment at which its tab goes, which takes a while. */
function tellSealed(): void {
	const subtle = globalThis.crypto.subtle as typeof globalThis.crypto.subtle | undefined;
	const encrypt = subtle?.encrypt.bind(subtle);
	if (!subtle || !encrypt) return;
	subtle.encrypt = async (...given: Parameters<typeof encrypt>) => {
		const sealed = await encrypt(...given);
		setTimeout(() => Object.assign(globalThis, { sealed: true }));
		return sealed;
	};
}

async function callAndLeave(hash = ''): Promise<void> {
	page = await visit(browser, { url: `${server.url()}${hash}`, before: tellSealed });
	await page.getByTestId('call').click();
	await server.channelOpen();
	server.say(...greeting);
	await shows(page, 'listening');
	await becomes(page, 'globalThis.sealed', true);
	await page.goto('about:blank');
}

async function another(hash = ''): Promise<Page> {
	const tab = await page.context().newPage();
	tab.setDefaultTimeout(20_000);
	await tab.goto(`${server.url()}${hash}`);
	return tab;
}

/** Since the call was left. */
function offers(): Array<string | undefined> {
	return server.asked.filter(({ method }) => method === 'POST').slice(1).map(({ resumeToken }) => resumeToken);
}

test('another tab of the browser offers the call and does not go into it by itself; a click does; afterwards there is nothing to go into', async () => {
	await callAndLeave();
	const tab = await another();
	await shows(tab, 'away');
	await expect(tab.locator('#hint').innerText()).resolves.toContain('If it was yours, go on where you were.');
	await picture(tab, 'desktop-left');
	// A moment in which it could go wrong.
	await tab.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');
	expect(offers()).toEqual([]);
	await expect(tab.getByTestId('agent-caption').count()).resolves.toBe(0);
	server.soFar = greeting.slice(1);
	await tab.getByTestId('call').click();
	await shows(tab, 'listening');
	expect(offers()).toEqual([RESUME_TOKEN]);
	await shows(await another(), 'idle');
	await tab.getByTestId('call').click();
	await shows(tab, 'ended');
	await tab.close();
	await shows(await another(), 'idle');
});

test('somebody else starts a call of their own, and the one that was left is offered no more', async () => {
	await callAndLeave();
	const tab = await another();
	const beside = await another();
	await shows(beside, 'away');
	await tab.getByTestId('fresh').click();
	await shows(tab, 'listening');
	expect(offers()).toEqual([undefined]);
	await shows(beside, 'idle');
});

test('a while later it is not offered, whatever the clock says, and nothing of it is kept', async () => {
	await callAndLeave();
	for (const until of ['Date.now() - 1', 'Date.now() + 3_600_000']) {
		const tab = await another();
		await tab.evaluate(`{
			const [key] = Object.keys(localStorage);
			globalThis.left ??= JSON.parse(localStorage.getItem(key));
			localStorage.setItem(key, JSON.stringify({ ...globalThis.left, until: ${until} }));
		}`);
		const later = await another();
		await shows(later, 'idle');
		await expect(later.evaluate('localStorage.length')).resolves.toBe(0);
		await tab.evaluate(`localStorage.setItem('voice-loop-left:' + location.pathname, JSON.stringify({ ...globalThis.left, until: Date.now() + 60_000 }))`);
		await shows(await another(), 'away');
	}
});

test('while the page waits for its answer, the time runs out: it offers nothing that it does not have', async () => {
	await callAndLeave();
	const tab = await another();
	await shows(tab, 'away');
	await tab.clock.install();
	await tab.reload();
	await shows(tab, 'away');
	await tab.clock.fastForward(121_000);
	await shows(tab, 'idle');
});

test.each([
	['secret', 'right', RESUME_TOKEN],
	['secret', 'wrong', undefined],
	['token', 'right', RESUME_TOKEN],
	['token', 'wrong', undefined],
])('where the agent asks for a %s, only who has it again goes on: %s', async (callers, given, resumed) => {
	server.callers = callers;
	await callAndLeave(`#${callers}=right`);
	// Also when the page was reloaded meanwhile, which has no token any more.
	await page.goto(server.url());
	await shows(page, 'listening');
	if (callers === 'secret') await becomes(page, 'globalThis.sealed', true);
	await page.goto('about:blank');
	const before = offers().length;
	const tab = await another(`#${callers}=${given}`);
	await shows(tab, 'away');
	expect(await tab.evaluate('JSON.stringify(localStorage)')).not.toContain(RESUME_TOKEN.slice(-20));
	await tab.getByTestId('call').click();
	await shows(tab, 'listening');
	expect(offers().slice(before)).toEqual([resumed]);
});
