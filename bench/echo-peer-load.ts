import { setTimeout as sleep } from 'node:timers/promises';
import { type Line, type Server, connect, forkPeers, forkServer, hangUp } from './callers';

/** Before measuring: jitter buffers settle and bandwidth estimation comes to rest. */
const SETTLE_MS = 3000;

export interface Load {
	readonly sessions: number;
	/** Server process, percent of one core per session. */
	readonly cpuPercent: number;
	readonly rssBytes: number;
	/** p99, ms. */
	readonly loopDelayMs: number;
	readonly loadLoopDelayMs: number;
}

/**
 * Puts `sessions` callers who talk without a pause on a server and lets it talk to them without a pause too
 * (an echo does so by itself), then measures for `seconds`.
 */
export async function measure(kind: Server, sessions: number, speech: Int16Array, seconds: number): Promise<Load> {
	const server = forkServer(kind);
	const callers = forkPeers();
	try {
		const lines = await Promise.all(Array.from({ length: sessions }, async () => await connect(server, callers, false)));
		const total = SETTLE_MS / 1000 + seconds + 5;
		// An echo sends back what it hears; ours has to be given something to say.
		for (const line of lines) talk(line, speech, total, kind === 'media');
		await sleep(SETTLE_MS);
		const before = await server.client.call('stats', {}).result;
		await callers.client.call('stats', {}).result;
		const startedAt = performance.now();
		await sleep(seconds * 1000);
		const after = await server.client.call('stats', {}).result;
		const elapsed = performance.now() - startedAt;
		const load = await callers.client.call('stats', {}).result;
		lines.forEach(hangUp);
		return {
			sessions,
			cpuPercent: ((after.cpuMs - before.cpuMs) / elapsed / sessions) * 100,
			rssBytes: after.rssBytes,
			loopDelayMs: after.loopDelayMs,
			loadLoopDelayMs: load.loopDelayMs,
		};
	} finally {
		await callers.stop();
		await server.stop();
	}
}

function talk({ session, peer }: Line, speech: Int16Array, seconds: number, talksItself: boolean): void {
	const rounds = Math.ceil((seconds * 16_000) / speech.length);
	if (talksItself) session.send({ type: 'utterance', utteranceId: 'u', sampleRate: 16_000, interruptible: false });
	for (let round = 0; round < rounds; round++) {
		peer.send({ type: 'say', id: `${round}`, pcm: speech });
		if (talksItself) session.send({ type: 'play', utteranceId: 'u', pcm: speech });
	}
}
