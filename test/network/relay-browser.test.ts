// Guards against a page that cannot be relayed: one that gathers before it knows the servers, or does not come back when the TURN server was away.
import type { Browser, Page } from 'playwright-core';
import { launchWith, leave, shows, visit } from '../page/browser';
import { greeting } from '../page/dialogue';
import { PageServer } from '../page/page-server';
import { Authority } from './authority';
import { Coturn } from './coturn';
import { ownAddress, testWith } from './programs';
import { relayed } from './relayed';

const testWithAll = testWith('turnserver', 'openssl', 'certutil');
const address = ownAddress();

let browser: Browser | undefined;
let server: PageServer | undefined;
let coturn: Coturn | undefined;
let authority: Authority | undefined;

afterAll(async () => {
	await browser?.close();
	await server?.stop();
	await coturn?.stop();
	authority?.remove();
});

async function heardAgain(of: PageServer): Promise<void> {
	of.loudness = 0;
	while (of.loudness < 0.001) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function call(of: PageServer, by: Browser): Promise<Page> {
	const page = await visit(by, { url: of.url() });
	await page.getByTestId('call').click();
	await of.channelOpen();
	of.say(...greeting);
	await shows(page, 'listening');
	await heardAgain(of);
	return page;
}

testWithAll('Chromium, relayed only, over UDP, TCP and TLS; and when the TURN server was away in mid-call', async () => {
	authority = new Authority(`IP:${address}`);
	[browser, server, coturn] = await Promise.all([
		launchWith({ HOME: authority.browserHome() }),
		PageServer.start(),
		Coturn.start({ more: ['--runtime-address', address, '--cert', authority.cert, '--key', authority.key] }),
	]);
	const urls = { udp: coturn.url('udp'), tcp: coturn.url('tcp'), tls: `turns:${address}:${coturn.tlsPort}?transport=tcp` };
	let page: Page | undefined;
	for (const [protocol, url] of Object.entries(urls)) {
		if (page) await leave(page);
		await server.reset();
		server.iceConfiguration = coturn.servers([url]).configuration(true);
		page = await call(server, browser);
		expect(await relayed(page)).toBe(`relay ${protocol}`);
	}
	if (!page) throw new Error('there was no call');
	await coturn.kill();
	await shows(page, 'reconnecting');
	await coturn.start();
	await shows(page, 'listening');
	await heardAgain(server);
	expect(await relayed(page)).toBe('relay tls');
	await leave(page);
});
