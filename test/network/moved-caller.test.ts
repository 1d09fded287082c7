// Guards against: a caller who changes networks and hears nothing until Chromium tells the page, two seconds later.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchWith, leave, shows, visit } from '../page/browser';
import { greeting } from '../page/dialogue';
import { PageServer, RESUME_TOKEN } from '../page/page-server';
import { CallerNetwork } from './caller-network';
import { testInNamespaces } from './programs';

jest.setTimeout(90_000);

let network: CallerNetwork | undefined;
let server: PageServer | undefined;
let browser: Browser | undefined;
let folder: string | undefined;

afterAll(async () => {
	await browser?.close();
	await server?.stop();
	network?.remove();
	if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Resolves when sound goes both ways, from this address. */
async function soundBothWays(of: PageServer, page: Page, address: string): Promise<void> {
	const received = async (): Promise<number> => await page.evaluate<number>('voiceLoop.stats().then((stats) => stats.packetsReceived)');
	while ((await page.evaluate('voiceLoop.stats().then((stats) => stats.network)')) !== address) await page.evaluate('new Promise(requestAnimationFrame)');
	const before = await received();
	while ((await received()) <= before) await page.evaluate('new Promise(requestAnimationFrame)');
	of.loudness = 0;
	while (of.loudness < 0.001) await new Promise((resolve) => setTimeout(resolve, 50));
}

testInNamespaces()('the caller has another address: the page connects from it before the browser tells its connection, and the call goes on', async () => {
	network = new CallerNetwork();
	server = await PageServer.start(network.server);
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-moved-'));
	browser = await launchWith({ CHROMIUM: network.chromium(folder) }, `--unsafely-treat-insecure-origin-as-secure=${new URL(server.url()).origin}`);
	const page = await visit(browser, { url: server.url() });
	await page.getByTestId('call').click();
	await server.channelOpen();
	server.say(...greeting);
	server.soFar = greeting;
	await shows(page, 'listening');
	await soundBothWays(server, page, network.caller);
	for (let moves = 0; moves < 2; moves++) {
		server.asked.length = 0;
		network.changeAddress();
		await soundBothWays(server, page, network.caller);
		await shows(page, 'listening');
		// A new connection; a restart of the old one would wait for the browser.
		expect(server.asked).toEqual([expect.objectContaining({ method: 'POST', resumeToken: RESUME_TOKEN })]);
		// The agent's sound is played: what a frame's connection receives is heard in the page.
		server.tone(440);
		await heard(page);
		server.tone(0);
		expect(await page.evaluate('document.querySelectorAll("iframe").length')).toBe(1);
	}
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	expect(await page.evaluate('document.querySelectorAll("iframe").length')).toBe(0);
	await leave(page);
});

/** Sound of the agent is played by the page's own element. */
async function heard(page: Page): Promise<void> {
	await page.evaluate(`(async () => {
		const element = document.querySelector('audio');
		const context = new AudioContext();
		const analyser = context.createAnalyser();
		context.createMediaStreamSource(element.srcObject).connect(analyser);
		const samples = new Float32Array(analyser.fftSize);
		const from = element.currentTime;
		do {
			await new Promise(requestAnimationFrame);
			analyser.getFloatTimeDomainData(samples);
		} while (Math.max(...samples) < 0.05 || element.currentTime <= from);
		await context.close();
	})()`);
}
