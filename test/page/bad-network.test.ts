// Guards against: a page that says "Listening" while nothing gets through, and a bad connection of which the caller is not told.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { UdpProxy } from '../link/udp-proxy';
import { launch, leave, picture, shows, visit } from './browser';
import { greeting } from './dialogue';
import { PageServer } from './page-server';

jest.setTimeout(90_000);

let browser: Browser;
let server: PageServer;
let network: UdpProxy;
let page: Page;

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => {
	await server.reset();
	server.network = network = await UdpProxy.open();
	page = await visit(browser, { url: server.url() });
	await page.getByTestId('call').click();
	await server.channelOpen();
	server.say(...greeting);
	await shows(page, 'listening');
	// The packets must flow before their absence means something.
	while ((await page.evaluate<{ packetsReceived: number }>('voiceLoop.stats()')).packetsReceived < 100) await page.evaluate('new Promise(requestAnimationFrame)');
});
afterEach(async () => {
	await leave(page);
	server.network = undefined;
	network.close();
});

test('a path that swallows everything is no connection, though the server answers and the browser still calls it one', async () => {
	network.cut = 'both';
	await shows(page, 'reconnecting');
	await page.locator('[data-testid="link"][data-link="dead"]').waitFor();
	await picture(page, 'desktop-no-sound');
	while (!server.asked.some(({ method }) => method === 'PATCH')) await page.evaluate('new Promise(requestAnimationFrame)');
	// Looked at often: not even for a moment does it say that somebody listens.
	for (let looks = 0; looks < 15; looks++) {
		expect(await page.getByTestId('state').getAttribute('data-state')).toBe('reconnecting');
		await sleep(100);
	}
	network.cut = 'none';
	await shows(page, 'listening');
	await page.locator('[data-testid="link"][data-link="good"]').waitFor({ state: 'hidden' });
	server.say({ type: 'caption.partial', text: 'back again' });
	await page.getByTestId('caller-caption').getByText('back again').waitFor();
});

test('loss is told in words, and no longer when it is over', async () => {
	network.loss = 0.3;
	const words = page.getByTestId('link');
	await words.getByText(/Your connection is poor: .*words/).waitFor();
	await picture(page, 'desktop-poor-connection');
	network.loss = 0;
	await page.locator('[data-testid="link"][data-link="good"]').waitFor({ state: 'hidden' });
});
