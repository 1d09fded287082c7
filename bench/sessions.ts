import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { callerVoice } from '../runtime/cli/call/caller-voice';
import { type Line, type Server, connect, forkPeers, forkServer, hangUp } from './callers';
import { type Figure, report } from './report';

/**
 * What a live session costs media: both sides talk all the time, beside a bare wrtc echo at the same counts in
 * the same run.
 *
 *     npm run bench sessions [-- --json]
 */
const COUNTS = [1, 4, 8];
const SETTLE_MS = 3000;
const MEASURE_MS = 10_000;
const ROUNDS = 2;
const TALK_SAMPLES = 16 * (SETTLE_MS + MEASURE_MS + 4000);

interface Cost {
	/** Per cent of one core a session. */
	readonly cpu: number;
	/** MB of the whole process. */
	readonly memory: number;
}

async function residentMb(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** The agent talks as well: ours plays utterances, the echo sends back what it hears. */
function talk(server: Server, lines: Line[], speech: Int16Array): void {
	for (const [index, { peer, session }] of lines.entries()) {
		peer.send({ type: 'say', id: `say-${index}`, pcm: speech });
		if (server === 'echo') continue;
		session.send({ type: 'utterance', utteranceId: 'agent', sampleRate: 16_000, interruptible: false });
		session.send({ type: 'play', utteranceId: 'agent', pcm: speech });
	}
}

async function measure(server: Server, count: number, speech: Int16Array): Promise<Cost> {
	const forked = forkServer(server);
	const peers = forkPeers();
	const lines: Line[] = [];
	for (let index = 0; index < count; index++) lines.push(await connect(forked, peers, false));
	talk(server, lines, speech);
	await pause(SETTLE_MS);
	const before = await forked.caller.call('stats', {}).result;
	const from = performance.now();
	await pause(MEASURE_MS);
	const after = await forked.caller.call('stats', {}).result;
	const elapsed = performance.now() - from;
	const memory = await residentMb(forked.child.pid ?? 0);
	lines.forEach(hangUp);
	await Promise.all([forked.stop(), peers.stop()]);
	return { cpu: (100 * (after.cpuMs - before.cpuMs)) / elapsed / count, memory };
}

async function main(): Promise<void> {
	const sentence = await callerVoice('')('Please book a dentist appointment with Anna tomorrow at half past three in the afternoon.');
	const speech = Int16Array.from({ length: TALK_SAMPLES }, (_, index) => sentence[index % sentence.length] ?? 0);
	const figures: Figure[] = [];
	for (const count of COUNTS) {
		const costs: Record<Server, Cost[]> = { media: [], echo: [] };
		for (let round = 0; round < ROUNDS; round++) {
			for (const server of ['media', 'echo'] as const) costs[server].push(await measure(server, count, speech));
		}
		const mean = (server: Server, of: keyof Cost): number => costs[server].reduce((sum, cost) => sum + cost[of], 0) / ROUNDS;
		const each = (of: keyof Cost): number[] => costs.media.map((cost) => cost[of]);
		figures.push(
			{ name: `media, ${count} sessions: CPU a session`, unit: '% of a core', samples: each('cpu'), bound: mean('echo', 'cpu') },
			{ name: `media, ${count} sessions: memory`, unit: 'MB', samples: each('memory'), bound: mean('echo', 'memory') },
		);
	}
	report(figures);
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
