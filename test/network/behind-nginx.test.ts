// Guards against: a voice page that works at n8n's own address only, and not behind nginx as docs/network.md sets it up; captions that come
// seconds after the sound, or tell of other words, when the caller's line was cut; and a page that n8n or its proxy asks to wait (429) and
// that tells the caller nothing of it, or does not come back.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../deploy/local/host/ports';
import { FixtureServer, type Routes } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { logIn, until } from '../e2e/browser-caller';
import { type World, changeNode, startWorld } from '../e2e/world';
import { speech } from '../media/speech';
import { launchWith, leave, picture, shows, visit } from '../page/browser';
import { Authority } from './authority';
import { CallerNetwork } from './caller-network';
import { Nginx } from './nginx';
import { testInNamespaces } from './programs';

const testBehindNginx = testInNamespaces('nginx', 'openssl', 'certutil');
const SENTENCES = ['You have a dentist at nine.', 'Then comes lunch at noon.', 'At four you see your sister.', 'In the evening there is a party.', 'After that you are free.'];
/** Heard in the place of each sentence. */
const TONE_S = 1.6;
const CUT_MS = 7500;
const RATE = 16_000;

interface Look {
	readonly tone: number;
	readonly caption: string;
	readonly heard: number;
}

let network: CallerNetwork | undefined;
let authority: Authority | undefined;
let server: FixtureServer | undefined;
let nginx: Nginx | undefined;
let world: World | undefined;
let browser: Browser | undefined;
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-nginx-call-'));
/** The model writes its first sentence and a word more, and waits for this before the others. */
let goOn: () => void = () => undefined;
let mayGoOn = Promise.resolve();

afterAll(async () => {
	goOn();
	await browser?.close();
	await nginx?.stop();
	await world?.end();
	await server?.stop();
	network?.remove();
	authority?.remove();
	rmSync(folder, { recursive: true, force: true });
});

function toneOf(number: number): Int16Array {
	const hz = 500 + 200 * number;
	return Int16Array.from({ length: TONE_S * RATE }, (_, n) => 9000 * Math.sin((2 * Math.PI * hz * n) / RATE));
}

const routes: Routes = {
	'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['tone'] }),
	'POST /v1/audio/speech': async ({ json }, reply) => {
		const { input } = json as { input: string };
		reply.begin(200, { 'content-type': 'audio/pcm' });
		for (const [number, sentence] of SENTENCES.entries()) {
			if (!input.includes(sentence)) continue;
			const { buffer } = toneOf(number);
			await reply.write(Buffer.from(buffer));
		}
	},
	'POST /v1/chat/completions': async ({ json }, reply) => {
		reply.begin(200, { 'content-type': 'text/event-stream' });
		const write = async (delta: object, finish: string | null = null): Promise<void> =>
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
		const all = SENTENCES.join(' ');
		const pause = all.indexOf(' ', all.indexOf('Then'));
		await write({ content: all.slice(0, pause) });
		if ((json as { max_tokens: number }).max_tokens > 1) await mayGoOn;
		await write({ content: all.slice(pause) });
		await write({}, 'stop');
		await reply.write('data: [DONE]\n\n');
	},
};

/** What docs/network.md says of nginx and of n8n and the runtime behind it, with the ports and the host of the test. */
function documented(host: string, ports: { readonly n8n: number; readonly runtime: number }): { locations: string; settings: Record<string, string> } {
	const text = readFileSync(path.join(__dirname, '..', '..', 'docs', 'network.md'), 'utf8');
	const [, , config = ''] = /```nginx\n(map [^\n]*\n)([^`]*)```/.exec(text) ?? [];
	const locations = config.slice(config.indexOf('location'), config.lastIndexOf('}')).replaceAll(':5678', `:${ports.n8n}`).replaceAll(':5701', `:${ports.runtime}`);
	const after = text.slice(text.indexOf('and for n8n and the runtime behind it'));
	const [block = ''] = /( {4}\w+=.*\n)+/.exec(after) ?? [];
	const settings = Object.fromEntries([...block.matchAll(/ {4}(\w+)=(.*)/g)].map(([, name = '', value = '']) => [name, value.replaceAll('voice.example.com', host)]));
	return { locations, settings: { ...settings, VOICE_LOOP_PORT: String(ports.runtime) } };
}

/** Of requests that carry a cookie of the test, one offer a minute. */
const LIMIT = {
	more: `
		map "$request_method $cookie_limited" $offers { "POST yes" $binary_remote_addr; default ''; }
		map $status $retry_after { 429 7; default ''; }
		limit_req_zone $offers zone=offers:1m rate=1r/m;
		limit_req zone=offers;
		limit_req_status 429;
		add_header Retry-After $retry_after always;`,
	cookie: (url: string) => [{ name: 'limited', value: 'yes', url }],
};

async function opened(): Promise<{ page: Page; url: string }> {
	network = new CallerNetwork();
	authority = new Authority(`IP:${network.server}`);
	server = await FixtureServer.start(routes);
	const servers = path.join(folder, 'servers.json');
	writeFileSync(servers, JSON.stringify({ box: { baseUrl: server.url, speak: { kind: 'speech', model: 'm', sampleRate: RATE }, chat: { model: 'm' } } }), { mode: 0o600 });
	const [port, runtime] = [await freePort(), await freePort()];
	const { settings } = documented(`${network.server}:${port}`, { n8n: 0, runtime });
	const [ours, n8ns] = [true, false].map((own) => Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('VOICE_LOOP') === own)));
	world = await startWorld({ ...ours, VOICE_LOOP_SERVERS: servers }, n8ns);
	const { locations } = documented('', { n8n: Number(new URL(world.n8n.url).port), runtime });
	nginx = await Nginx.start(authority, locations, { address: network.server, port, more: LIMIT.more });
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false } });
	await changeNode(world, 'Llama Chat', { model: { __rl: true, mode: 'path', value: 'server:box' }, tools: {}, options: {} });
	await changeNode(world, 'Orpheus Speak', { engine: 'server:box', voice: 'tone' });
	browser = await launchWith({ CHROMIUM: network.chromium(folder), HOME: authority.browserHome() });
	const page = await visit(browser, { url: 'about:blank' });
	await page.addInitScript({ path: path.join(__dirname, 'listening-page.js') });
	const n8n = `https://${network.server}:${port}/n8n`;
	await logIn(page, { n8n: { url: n8n, owner: world.n8n.owner } });
	return { page, url: `${n8n}${new URL(world.pageUrl).pathname}` };
}

/** The caller asks, and the line is cut when the first sentence of the answer is heard; the rest is written while nothing passes. */
async function cutInMidReply(page: Page): Promise<Look[]> {
	mayGoOn = new Promise((resolve) => (goOn = resolve));
	const before = await page.evaluate<number>('listening.looks.length');
	await page.evaluate(`listening.speak([${speech('What is on my calendar tomorrow?').join()}])`);
	await until(page, `listening.looks.slice(${before}).some(({ tone }) => tone === 0)`);
	network?.cut();
	goOn();
	await sleep(CUT_MS);
	network?.mend();
	await until(page, `listening.looks.at(-1).heard > listening.looks[${before}].heard`);
	return (await page.evaluate<Look[]>('listening.looks')).slice(before);
}

/** All of the answer was heard, in its order, and none of it was heard to its end before it was shown. */
function expectTogether(looks: readonly Look[]): void {
	const at = SENTENCES.map((sentence, number) => ({
		first: looks.findIndex(({ tone }, look) => tone === number && looks[look + 1]?.tone === number),
		last: looks.findLastIndex(({ tone }) => tone === number),
		shown: looks.findIndex(({ caption }) => caption.includes(sentence)),
	}));
	for (const [number, { first, last, shown }] of at.entries()) {
		expect(first).toBeGreaterThan(at[number - 1]?.first ?? 0);
		expect(shown).toBeGreaterThanOrEqual(0);
		expect({ number, shownBeforeItsEnd: shown <= last, at }).toEqual({ number, shownBeforeItsEnd: true, at });
	}
	// What the page claims to have been heard, it claims once it was.
	expect(looks.findIndex(({ heard }) => heard > (looks[0]?.heard ?? 0))).toBeGreaterThan(at.at(-1)?.first ?? Infinity);
	expect(looks.at(-1)?.caption).toContain(SENTENCES.join(' '));
}

testBehindNginx('n8n and the runtime behind nginx: a line that is cut in mid-reply, over the WebSocket and over n8n, and a proxy that asks to wait', async () => {
	const { page, url } = await opened();
	await page.goto(url);
	await page.getByTestId('call').click();
	await shows(page, 'listening');
	await until(page, `window.voiceLoop.way === 'socket'`);
	expectTogether(await cutInMidReply(page));
	await shows(page, 'listening');
	await page.evaluate('listening.bar()');
	await until(page, `window.voiceLoop.way === 'http'`);
	expectTogether(await cutInMidReply(page));

	// The call is in its page's hands again, although offers are limited.
	await page.context().addCookies(LIMIT.cookie(url));
	await page.reload();
	await shows(page, 'listening');
	await page.reload();
	await page.locator('#hint').getByText('The server asks this page to wait a moment. Your call waits').waitFor();
	await page.context().clearCookies({ name: 'limited' });
	await shows(page, 'listening');
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await page.context().addCookies(LIMIT.cookie(url));
	await page.getByTestId('call').click();
	await shows(page, 'failed');
	const words = await page.getByTestId('error').innerText();
	for (const part of ['Too many requests', 'HTTP status 429', 'Wait 7 seconds, then call again.']) expect(words).toContain(part);
	await picture(page, 'too-many-requests');
	await leave(page);
});
