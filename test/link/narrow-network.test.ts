// Guards against: a network too narrow for what we send, which we flood until the agent cannot be understood, once, again and again,
// or once more each time the caller comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPcm } from '../../runtime/audio/pcm';
import { SEND_LEVELS } from '../../runtime/lib/send-quality';
import { ALIKE, likeness, median, speech } from '../media/speech';
import { type Connection, connect, runMedia, runPeers } from '../media/children';
import { UdpProxy } from './udp-proxy';

const media = runMedia();
const peers = runPeers();
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

function say(call: Connection, id: string, pcm: Int16Array): void {
	call.session.send({ type: 'utterance', utteranceId: id, sampleRate: 16_000, interruptible: false });
	call.session.send({ type: 'play', utteranceId: id, pcm });
	call.session.send({ type: 'playEnd', utteranceId: id });
}

/** Resolves when hardly anything has waited in the queue for so many seconds on end. */
async function untilQueueStaysGone(network: UdpProxy, seconds: number): Promise<void> {
	for (let gone = 0; gone < seconds * 10; ) {
		await sleep(100);
		gone = network.down.queueMs < 300 ? gone + 1 : 0;
	}
}

test('less is sent while the agent speaks, the queue goes and stays gone, and the caller understands what is said', async () => {
	const network = await UdpProxy.open();
	const call = await connect(media, peers, { change: (sdp) => network.offerOf(sdp), changeAnswer: (sdp) => network.answerOf(sdp) });
	// It speaks on and on: silence fits anywhere.
	const talk = joinPcm(Array.from({ length: 8 }, () => speech('The office is open on weekdays from eight to five, and on Saturday mornings by appointment only.')));
	say(call, 'talk', talk);
	await call.media.next('link', 3);
	network.down.kbit = 30;
	while (network.down.queueMs < 500) await sleep(20);
	await untilQueueStaysGone(network, 6);
	// The rest of it is of no interest.
	call.session.send({ type: 'flush' });
	await call.media.next('played');
	await sleep(1000);

	const reply = speech('Your appointment is on Friday at half past nine. Do you need anything else?', 'en-gb');
	const heardBefore = call.client.of('heard').length;
	say(call, 'reply', reply);
	await call.media.next('played', 2);
	await sleep(1000);
	const heard = joinPcm(call.client.of('heard').slice(heardBefore).map(({ pcm }) => pcm));
	expect(median(likeness(reply, heard))).toBeGreaterThan(ALIKE);
	expect(network.down.queueMs).toBeLessThan(300);
	expect(call.media.of('sending').at(-1)?.memory.at).toBeGreaterThan(0);
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await Promise.all([call.session.result, call.peer.result]);
	network.close();
});

test.each([0, 2])('a link that is made anew begins at level %i where the one before was at it', async (at) => {
	const network = await UdpProxy.open();
	const call = await connect(media, peers, {
		hear: false,
		change: (sdp) => network.offerOf(sdp),
		changeAnswer: (sdp) => network.answerOf(sdp),
		sending: { at, waits: [15, 15, 15], shortestMs: 1, paths: [] },
	});
	const talk = speech('The office is open on weekdays from eight to five, and on Saturday mornings by appointment only.');
	const before = network.soundSent;
	say(call, 'talk', talk);
	await call.media.next('played');
	const packetMs = talk.length / 16 / (network.soundSent - before);
	expect(packetMs / (SEND_LEVELS[at]?.packetMs ?? 0)).toBeGreaterThan(0.75);
	expect(packetMs / (SEND_LEVELS[at]?.packetMs ?? 0)).toBeLessThan(1.25);
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await Promise.all([call.session.result, call.peer.result]);
	network.close();
});
