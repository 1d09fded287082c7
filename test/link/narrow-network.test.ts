// Guards against: a network too narrow for what we send, which we flood until the agent cannot be understood.
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPcm } from '../../runtime/audio/pcm';
import { ALIKE, likeness, median, speech } from '../media/speech';
import { connect, runMedia, runPeers } from '../media/children';
import { UdpProxy } from './udp-proxy';

const media = runMedia();
const peers = runPeers();
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

/** It does not settle in every run (two of four), and why is not known yet: run it by hand with VOICE_LOOP_NARROW=1. */
const byHand = process.env.VOICE_LOOP_NARROW === '1' ? test : test.skip;

async function packetsPerSecond(network: UdpProxy): Promise<number> {
	const [before, from] = [network.passedDown, performance.now()];
	await sleep(2000);
	return ((network.passedDown - before) * 1000) / (performance.now() - from);
}

byHand('fewer and smaller packets are sent, the queue goes, and the caller understands what is said', async () => {
	const network = await UdpProxy.open();
	const call = await connect(media, peers, { change: (sdp) => network.offerOf(sdp), changeAnswer: (sdp) => network.answerOf(sdp) });
	expect(await packetsPerSecond(network)).toBeGreaterThan(35);
	network.kbitDown = 30;
	while ((await packetsPerSecond(network)) > 24);
	// What we send is less than what passes now.
	await call.media.until(() => (call.media.of('link').at(-1)?.roundTripMs ?? Infinity) < 300);
	const reply = speech('Your appointment is on Friday at half past nine. Do you need anything else?', 'en-gb');
	const heardBefore = call.client.of('heard').length;
	call.session.send({ type: 'utterance', utteranceId: 'u1', sampleRate: 16_000, interruptible: false });
	call.session.send({ type: 'play', utteranceId: 'u1', pcm: reply });
	call.session.send({ type: 'playEnd', utteranceId: 'u1' });
	await call.media.next('played');
	await sleep(1000);
	const heard = joinPcm(call.client.of('heard').slice(heardBefore).map(({ pcm }) => pcm));
	expect(median(likeness(reply, heard))).toBeGreaterThan(ALIKE);
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await Promise.all([call.session.result, call.peer.result]);
	network.close();
});
