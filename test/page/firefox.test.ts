// Guards against: a page that is right in Chromium only: what it says of its connection, of a microphone that it may not use, and how it looks.
import { UdpProxy } from '../link/udp-proxy';
import { ownAddress, testWith } from '../network/programs';
import { answer, answerHeard, asking, cutShort, greeting, longAnswer, toolRuns } from './dialogue';
import { Firefox, type FirefoxTab } from './firefox';
import { PageServer } from './page-server';
import { SoundCard } from './sound-card';

jest.setTimeout(90_000);
const testInFirefox = testWith('firefox-esr', 'pulseaudio', 'paplay');

let card: SoundCard | undefined;
let firefox: Firefox | undefined;
let server: PageServer;

async function launched(): Promise<Firefox> {
	if (firefox) return firefox;
	card = await SoundCard.start();
	[firefox, server] = await Promise.all([Firefox.launch({ env: card.env }), PageServer.start()]);
	return firefox;
}
afterAll(async () => {
	await firefox?.close();
	await server?.stop();
	await card?.stop();
});

async function call(tab: FirefoxTab): Promise<void> {
	await tab.click('call');
	await server.channelOpen();
	server.say(...greeting);
	await tab.shows('listening');
}

/** A call that is left is offered to the next tab. */
async function hangUp(tab: FirefoxTab): Promise<void> {
	await tab.click('call');
	await tab.shows('ended');
	await tab.close();
}

/** As Firefox counts. */
const ALLOWED = 1;
const REFUSED = 2;
const LINK = `document.querySelector('[data-testid="link"]')`;

testInFirefox('a path that is lost, and one that is poor: the page says so, what is done about it, and keeps what the caller was saying', async () => {
	const tab = await (await launched()).open(server.url());
	const network = (server.network = await UdpProxy.open(ownAddress()));
	await call(tab);
	// The packets must flow before their absence means something.
	await tab.until('voiceLoop.stats().then(({ packetsReceived }) => packetsReceived > 100)');
	expect(await tab.evaluate('voiceLoop.stats().then(({ path, roundTripMs, jitterBufferMs }) => [path !== "", roundTripMs !== null, jitterBufferMs > 0])')).toEqual([true, true, true]);
	server.say({ type: 'state', state: 'hearing' }, { type: 'caption.partial', text: 'book a dentist' });
	await tab.saysSoon('caller-caption', 'book a dentist');

	network.cut = 'both';
	await tab.shows('reconnecting');
	await tab.until(`${LINK}.dataset.link === 'dead'`);
	await tab.until(`document.getElementById('hint').innerText.includes('Your call waits for you')`);
	expect(await tab.texts('caller-caption')).toEqual(['book a dentist']);
	await tab.picture('firefox-no-sound');
	network.cut = 'none';
	await tab.shows('hearing');
	await tab.until(`${LINK}.hidden`);
	// The agent heard no more, and listens again.
	server.say({ type: 'state', state: 'listening' });
	await tab.until(`document.querySelector('[data-lost="true"]')?.innerText.includes('please say it again')`);
	expect(await tab.texts('caller-caption')).toEqual(['book a dentist']);
	await tab.picture('firefox-lost-words');

	network.loss = 0.3;
	await tab.until(`/Your connection is poor: .*words/.test(${LINK}.innerText)`);
	await tab.picture('firefox-poor-connection');
	network.loss = 0;
	await hangUp(tab);
	network.close();
	server.network = undefined;
	expect(firefox?.errors).toEqual([]);
});

testInFirefox('the audio process dies: the same conversation goes on over a new connection', async () => {
	const tab = await (await launched()).open(server.url());
	await server.reset();
	await call(tab);
	server.soFar = [...greeting.slice(1, -1), { type: 'caption.final', turnId: `t_${'a'.repeat(24)}`, text: 'what is on monday', understood: true }, { type: 'state', state: 'thinking' }];
	server.refuse.set('PATCH', { status: 404, body: { error: { code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The caller is away.', remedy: 'Come back.' } } });
	server.signalPeer('SIGKILL');
	await tab.shows('thinking');
	expect(await tab.texts('caller-caption')).toEqual(['what is on monday']);
	expect(await tab.texts('error')).toEqual([]);
	await hangUp(tab);
});

testInFirefox('a microphone that is refused is told in words, and the call comes about once it is allowed', async () => {
	const browser = await launched();
	await server.reset();
	await browser.prefer('permissions.default.microphone', REFUSED);
	const tab = await browser.open(server.url());
	await tab.click('call');
	await tab.saysSoon('error', 'The microphone is blocked');
	expect(server.asked).toEqual([]);
	await browser.prefer('permissions.default.microphone', ALLOWED);
	await call(tab);
	await hangUp(tab);
});

const LOOKS = [
	{ name: 'desktop', width: 1100, height: 800 },
	{ name: 'phone', width: 360, height: 740 },
];

testInFirefox('a whole call fits, on a desk and on a phone', async () => {
	for (const { name, width, height } of LOOKS) {
		const tab = await (await launched()).open(server.url(), { width, height });
		await server.reset();
		await fits(tab);
		await tab.click('call');
		await server.channelOpen();
		server.say(...greeting, ...asking, ...toolRuns, ...answer, ...answerHeard, ...longAnswer, ...cutShort);
		await tab.until(`document.querySelector('[data-interrupted="true"]') !== null`);
		await fits(tab);
		await tab.picture(`firefox-${name}`);
		await hangUp(tab);
	}
});

/** As look.test.ts has it for Chromium. */
async function fits(tab: FirefoxTab): Promise<void> {
	const seen = await tab.evaluate(`({
		sideways: document.documentElement.scrollWidth > innerWidth,
		taller: document.documentElement.scrollHeight > innerHeight,
		cut: [...document.querySelectorAll('.controls button:not([hidden])')]
			.map((button) => button.getBoundingClientRect())
			.filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > innerWidth || bottom > innerHeight).length,
	})`);
	expect(seen).toEqual({ sideways: false, taller: false, cut: 0 });
}
