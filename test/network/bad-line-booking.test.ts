// Guards against: an appointment that a caller in a browser speaks over a network that loses a third of all packets, booked in n8n as it
// was heard, without a question; or twice, or never, when they have answered.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { events, logIn, until } from '../e2e/browser-caller';
import { startWorld, type World } from '../e2e/world';
import { UdpProxy } from '../link/udp-proxy';
import { speech } from '../media/speech';
import { launch, leave, shows, visit } from '../page/browser';

const SAID = 'book a dentist appointment tomorrow at three p m';

let world: World;
let browser: Browser;
let page: Page;
let network: UdpProxy;

beforeAll(async () => {
	[world, browser, network] = await Promise.all([startWorld({ VOICE_LOOP_LOOPBACK_CANDIDATES: 'always' }), launch(), UdpProxy.open()]);
	page = await visit(browser, { url: 'about:blank' });
	await page.exposeFunction('answerOf', (sdp: string) => network.answerOf(sdp));
	await page.addInitScript({ path: path.join(__dirname, 'proxied-page.js') });
	await logIn(page, world);
	await page.goto(world.pageUrl);
	await page.getByTestId('call').click();
}, 300_000);

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	network?.close();
	await world?.end();
});

async function says(text: string): Promise<void> {
	await page.evaluate(`window.speak([${speech(text).join()}])`);
}

async function booked(): Promise<unknown[]> {
	return (await world.n8n.dataTableRows('Appointments')).map(({ time }) => time);
}

/** What the agent has said, as far as it was heard, since the caller spoke first. */
const answers = 'window.voiceLoop.events.flatMap((event) => (event.type === "reply.heard" && event.turnId !== undefined ? [event.text] : []))';

test('the caller is asked back, and what they say then is booked, once', async () => {
	await shows(page, 'listening');
	network.loss = 0.3;
	// The figures of a second are of this network.
	await sleep(1500);
	const said = says(SAID);
	// And the hour is hit, whatever the forward error correction makes of the rest.
	await sleep(speech(SAID).length / 16 - 900);
	network.cut = 'up';
	await sleep(300);
	network.cut = 'none';
	await said;
	await until(page, `${answers}.some((text) => text.trim().endsWith("?"))`);
	expect(await booked()).toEqual([]);
	const [first] = await world.turns(1);
	// The sound went through the proxy, and n8n was told what was lost of it.
	const [, lostPercent] = /"lostPercent":([\d.]+)/.exec(JSON.stringify(first?.runs)) ?? [];
	expect(Number(lostPercent)).toBeGreaterThan(0);

	network.loss = 0;
	// A busy machine makes sound up as well, and the caller is asked once more.
	while ((await booked()).length === 0) {
		await shows(page, 'listening');
		const before = (await events(page)).filter(({ type }) => type === 'turn.finished').length;
		await says(SAID);
		await until(page, `window.voiceLoop.events.filter(({ type }) => type === "turn.finished").length > ${before}`);
	}
	expect(await booked()).toEqual(['15:00']);
});
