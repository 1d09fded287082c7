// Guards against: an agent that speaks into a dead path and takes it for heard, and half a sentence of the caller that becomes
// a turn because its packets are missing. Real WebRTC at both ends, and a network between them that is cut.
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPcm } from '../../runtime/audio/pcm';
import { decodeWav } from '../../runtime/audio/wav';
import { speakSettings } from '../../runtime/contract/agent-settings';
import { ALIKE, likeness, median, speech } from '../media/speech';
import { DirectCaller, DirectCalls } from './direct-calls';
import { UdpProxy } from './udp-proxy';

const TEXT = 'Tomorrow you have a dentist at nine, and lunch with your sister at noon. In the afternoon there is nothing. In the evening you meet two friends at the station.';

let calls: DirectCalls;
let network: UdpProxy;
let caller: DirectCaller;
beforeAll(async () => {
	calls = await DirectCalls.start();
});
afterAll(async () => await calls?.stop());
beforeEach(async () => {
	network = await UdpProxy.open();
	caller = await new DirectCaller(calls).call({ offerOf: (sdp) => network.offerOf(sdp), answerOf: (sdp) => network.answerOf(sdp) });
});
afterEach(() => {
	network.cut = 'none';
	caller.hangUp();
	network.close();
});

async function turn(): Promise<string> {
	caller.says(speech('What is on my calendar tomorrow?'));
	return (await caller.turn()).turnId;
}

/** The caller hears sound of the agent. */
async function agentSounds(): Promise<void> {
	const from = caller.peer.all.length;
	await caller.peer.until(() => caller.peer.all.slice(from).some((event) => event.type === 'heard' && event.pcm.some((sample) => Math.abs(sample) > 2000)));
}

test('what is said into a path that is cut for 3 s is said again: the caller hears all of it, and all of it counts', async () => {
	const turnId = await turn();
	const spoken = caller.speaks(turnId, TEXT);
	await agentSounds();
	await sleep(1000);
	network.cut = 'both';
	await sleep(3000);
	const heardBefore = caller.peer.of('heard').length;
	network.cut = 'none';
	const { heard, interrupted, gaps } = await spoken;
	expect({ heard, interrupted }).toEqual({ heard: TEXT, interrupted: false });
	// A dead path is no voice that stutters.
	expect(gaps.causes.voice ?? 0).toBe(0);
	const before = caller.peer.of('heard').length;
	await caller.peer.until(() => caller.peer.of('heard').length > before + 40);
	const { wav } = await calls.runtime.client.speak({ text: TEXT, speak: speakSettings.parse({ engine: 'flite', language: 'en' }) });
	// The rest was said after the cut, not into it: it takes its time.
	const after = joinPcm(caller.peer.of('heard').slice(heardBefore).map(({ pcm }) => pcm));
	expect(after.filter((sample) => Math.abs(sample) > 1000).length).toBeGreaterThan(16_000);
	expect(median(likeness(decodeWav(wav).subarray(-48_000), after))).toBeGreaterThan(ALIKE);
});

test('a path that is dead one way only: what did not arrive is said again', async () => {
	const turnId = await turn();
	const spoken = caller.speaks(turnId, TEXT);
	await agentSounds();
	await sleep(1500);
	network.cut = 'down';
	await sleep(3500);
	const arrived = caller.peer.of('heard').length;
	network.cut = 'none';
	expect(await spoken).toMatchObject({ heard: TEXT, interrupted: false });
	await caller.peer.until(() => caller.peer.of('heard').length > arrived + 200);
	// Less than half of it was said when the path died; the rest takes seconds.
	const after = joinPcm(caller.peer.of('heard').slice(arrived).map(({ pcm }) => pcm));
	expect(after.filter((sample) => Math.abs(sample) > 1000).length).toBeGreaterThan(16_000);
});

test('what was never heard does not count: a call that ends while its path is dead claims only what arrived', async () => {
	const turnId = await turn();
	const spoken = caller.speaks(turnId, TEXT);
	await agentSounds();
	await sleep(1000);
	network.cut = 'both';
	// All of it would have been said by then.
	await sleep(12_000);
	await calls.runtime.client.exchange(caller.sessionId, { method: 'DELETE' });
	const { heard, interrupted } = await spoken;
	expect(interrupted).toBe(true);
	expect(TEXT.startsWith(heard)).toBe(true);
	expect(heard.split(' ').length).toBeLessThan(TEXT.split(' ').length / 2);
});

test('a cut in mid-sentence is no end of it: one turn, when the caller has said it again', async () => {
	const said = speech('What is on my calendar tomorrow?');
	caller.says(said);
	await sleep(said.length / 16 / 2);
	network.cut = 'both';
	await sleep(3000);
	expect(caller.turns).toEqual([]);
	network.cut = 'none';
	// As long as somebody needs to see that they were not heard.
	await sleep(300);
	caller.says(said, 'again');
	await caller.turn();
	await sleep(2500);
	expect(caller.turns).toHaveLength(1);
});
