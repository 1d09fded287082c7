// Guards against: a network too narrow for what we send, which we flood until the agent cannot be understood, once or again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPcm } from '../../runtime/audio/pcm';
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
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await Promise.all([call.session.result, call.peer.result]);
	network.close();
});
