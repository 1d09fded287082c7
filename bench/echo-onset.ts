import { setTimeout as pause } from 'node:timers/promises';
import { connect, forkPeers, forkServer, hangUp } from './callers';

const RATE = 16_000;
/** -30 dBFS: far above what a codec leaves of silence. */
const AUDIBLE = 1000;
const SETTLE_MS = 3000;
const APART_MS = 1200;

/** 200 ms of a tone that begins at full strength. */
const tone = Int16Array.from({ length: RATE / 5 }, (_, index) => 12_000 * Math.cos((2 * Math.PI * 440 * index) / RATE));

/** How long sound takes from a caller to a bare echo and back, ms, so many times. */
export async function echoOnset(times: number): Promise<number[]> {
	const server = forkServer('echo');
	const peers = forkPeers();
	const line = await connect(server, peers, true);
	const delays: number[] = [];
	// The jitter buffers shrink to what the path needs.
	await pause(SETTLE_MS);
	for (let time = 0; time < times; time++) {
		const heard = new Promise<number>((resolve) => {
			line.onHeard = ({ at, pcm }) => {
				const first = pcm.findIndex((sample) => Math.abs(sample) > AUDIBLE);
				if (first >= 0) resolve(at - ((pcm.length - first) * 1000) / RATE);
			};
		});
		const spoken = new Promise<number>((resolve) => (line.onSpoken = ({ from }) => resolve(from)));
		line.peer.send({ type: 'say', id: `tone-${time}`, pcm: tone });
		delays.push((await heard) - (await spoken));
		await pause(APART_MS);
	}
	hangUp(line);
	await Promise.all([server.stop(), peers.stop()]);
	return delays;
}
