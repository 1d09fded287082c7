// Guards against: a Firefox that cannot be relayed over TLS, or is not reached because it hides its addresses behind names of its own network (mDNS).
import { runMedia } from '../media/children';
import { EchoAgent, SECRET } from '../media/echo-agent';
import { greeting } from '../page/dialogue';
import { Firefox } from '../page/firefox';
import { PageServer } from '../page/page-server';
import { SoundCard } from '../page/sound-card';
import { Authority } from './authority';
import { Coturn } from './coturn';
import { type HiddenCall, hiddenCall } from './hidden-call';
import { ownAddress, testWith } from './programs';

const address = ownAddress();
/** Firefox takes TURN over TLS from a server with a name only; this one it finds at the test's address. */
const TURN = 'turn.test';
const NAMES = { 'network.dns.forceResolve': address };
const closed: Array<() => unknown> = [];
afterEach(async () => {
	for (const close of closed.splice(0).reverse()) await close();
});

testWith('firefox-esr', 'pulseaudio', 'turnserver', 'openssl', 'certutil')('Firefox, relayed only, over TLS with an authority of its own store; refused without it', async () => {
	const authority = new Authority(`DNS:${TURN}`);
	closed.push(() => authority.remove());
	const card = await SoundCard.start();
	closed.push(async () => await card.stop());
	const [firefox, server, coturn] = await Promise.all([
		Firefox.launch({ env: card.env, authority: authority.authority, preferences: NAMES }),
		PageServer.start(),
		Coturn.start({ more: ['--runtime-address', address, '--cert', authority.cert, '--key', authority.key] }),
	]);
	closed.push(async () => await coturn.stop(), async () => await server.stop(), async () => await firefox.close());
	server.iceConfiguration = coturn.servers([`turns:${TURN}:${coturn.tlsPort}?transport=tcp`]).configuration(true);
	const tab = await firefox.open(server.url());
	await tab.click('call');
	await server.channelOpen();
	server.say(...greeting);
	await tab.shows('listening');
	expect(await tab.evaluate('voiceLoop.stats().then(({ path }) => path)')).toMatch(/^relay\//);
	expect(await tab.evaluate('voiceLoop.pc.getStats().then((stats) => [...stats.values()].filter(({ type, candidateType }) => type === "local-candidate" && candidateType === "relay").map(({ relayProtocol }) => relayProtocol))')).toContain('tls');
	// Sound arrives, not only the connection.
	await tab.until('voiceLoop.stats().then(({ packetsReceived }) => packetsReceived > 100)');
	expect(firefox.errors).toEqual([]);

	await firefox.close();
	const stranger = await Firefox.launch({ env: card.env, preferences: NAMES });
	closed.push(async () => await stranger.close());
	await server.reset();
	server.iceConfiguration = coturn.servers([`turns:${TURN}:${coturn.tlsPort}?transport=tcp`]).configuration(true);
	const refused = await stranger.open(server.url());
	await refused.click('call');
	await refused.saysSoon('error', 'No audio gets through');
}, 60_000);

testWith('firefox-esr')('Firefox without a microphone, whose candidates are all .local names', async () => {
	const media = runMedia();
	closed.push(async () => await media.stop());
	const agent = new EchoAgent(media);
	closed.push(() => agent.stop());
	const url = await agent.start();
	// To who may use the microphone, Firefox tells its addresses.
	const firefox = await Firefox.launch({ preferences: { 'permissions.default.microphone': 0 } });
	closed.push(async () => await firefox.close());
	const tab = await firefox.open(url);
	const { offered, heard } = await tab.evaluate<HiddenCall>(hiddenCall(SECRET, 'pc.addTransceiver("audio");'));
	expect(offered.length).toBeGreaterThan(0);
	for (const name of offered) expect(name).toMatch(/\.local$/);
	expect(heard).toBe('session.started');
}, 60_000);
