import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { agentSettings } from '../../runtime/contract/agent-settings';
import { openedSession } from '../../runtime/contract/control';
import { pageEvent } from '../../runtime/contract/page-events';
import type { PeerEvent, PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import { runPeers, Inbox, type Running } from '../../test/media/children';
import { type RunningRuntime, startRuntime } from '../../test/host/runtime-process';
import { speech } from '../../test/media/speech';
import { Random } from '../fuzz/random';
import { type Figure, option } from '../report';

const SIDE_BY_SIDE = 4;
/** Of all calls: until then heaps take their size. */
const WARM_SHARE = 0.4;
const LOOKS = 10;
/** Who vanishes is noticed within 20 s. */
const GONE_WITHIN_MS = 40_000;
const STEADY_MIB = 48;

/** Where a call ends: before its offer is answered, before the caller has the answer, once sound flows, in the greeting, while the caller speaks. */
const POINTS = ['asked', 'answered', 'connected', 'greeted', 'speaking'] as const;
/** How: by the caller's word, by a request, or without a word. */
const ENDS = ['hangUp', 'delete', 'vanish'] as const;

/** What a process of the runtime holds. */
interface Held {
	readonly name: string;
	readonly memoryMib: number;
	readonly handles: number;
	readonly threads: number;
	/** UDP sockets: each is a port. */
	readonly ports: number;
}

/** Calls that are opened and closed at points by chance, and what is left of them. */
export async function openedAndClosed(seed: number): Promise<Figure[]> {
	const count = Number(option('--calls', '500'));
	// An absent caller's call would wait: here nobody comes back.
	const runtime = await startRuntime({ VOICE_LOOP_RESUME_MINUTES: '0', VOICE_LOOP_LOOPBACK_CANDIDATES: 'always', VOICE_LOOP_MAX_CALLS: '64', VOICE_LOOP_LOG: 'warn' });
	const peers = runPeers();
	const said = speech('what is on my calendar tomorrow');
	const looks: Held[][] = [];
	const refused: string[] = [];
	try {
		const step = Math.ceil(count / LOOKS);
		for (let done = 0; done < count; done += step) {
			const end = Math.min(count, done + step);
			let next = done;
			await Promise.all(
				Array.from({ length: SIDE_BY_SIDE }, async () => {
					while (next < end) await oneCall(runtime, peers, said, new Random(seed, 'calls', next++), refused);
				}),
			);
			const left = await sessionsLeft(runtime);
			if (left > 0) throw new Error(`${left} calls are still there ${GONE_WITHIN_MS / 1000} s after their end`);
			const held = await heldBy(runtime);
			looks.push(held);
			console.error(`${end} calls: ${held.map(({ name, memoryMib, handles, threads, ports }) => `${name} ${Math.round(memoryMib)} MiB, ${handles} handles, ${threads} threads, ${ports} ports`).join('; ')}`);
		}
	} finally {
		await peers.stop();
		await runtime.stop();
	}
	for (const why of refused.slice(0, 3)) console.error(`refused: ${why}`);
	return [{ name: `${count} calls: refused`, unit: 'calls', samples: [refused.length], bound: 0 }, ...figures(looks, count)];
}

async function oneCall({ client, url, key }: RunningRuntime, peers: Running<PeerProtocol>, said: Int16Array, random: Random, refused: string[]): Promise<void> {
	const [point, way] = [random.pick(POINTS), random.pick(ENDS)];
	const inbox = new Inbox<PeerEvent>();
	const peer = peers.client.call('peer', { hear: false }, (event) => inbox.receive(event));
	peer.result.catch(() => undefined);
	const gone = new AbortController();
	try {
		const { sdp } = await inbox.next('offer');
		const agent = agentSettings.parse({ greeting: 'Hello, what can I do for you?', transcribe: { model: 'pack:listen' }, speak: { engine: 'flite', language: 'en' }, apology: '' });
		const source = { workflowId: 'w1', node: 'Trigger', mode: 'test', turnUrl: 'http://127.0.0.1:9/turn' };
		const asking = fetch(`${url}/v1/sessions`, {
			method: 'POST',
			headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
			body: JSON.stringify({ offer: sdp, agent, source }),
			signal: gone.signal,
		});
		if (point === 'asked') {
			await pause(random.below(30));
			gone.abort();
			await asking.then(async (answer) => await answer.arrayBuffer()).catch(() => undefined);
			return;
		}
		const response = await asking;
		if (!response.ok) return void refused.push(await response.text());
		const { sessionId, answer } = openedSession.parse(await response.json());
		if (point !== 'answered') {
			peer.send({ type: 'answer', sdp: answer });
			await inbox.until(() => inbox.of('state').some(({ state }) => state === 'connected'));
		}
		if (point === 'greeted' || point === 'speaking') await inbox.until(() => inbox.of('event').some(({ json }) => pageEvent.parse(JSON.parse(json)).type === 'session.started'));
		if (point === 'speaking') peer.send({ type: 'say', id: 'said', pcm: said });
		await pause(random.below(1500));
		if (way === 'delete') await client.exchange(sessionId, { method: 'DELETE' });
		else if (way === 'hangUp' && point !== 'answered') peer.send({ type: 'request', json: JSON.stringify({ type: 'hangup' }) });
	} finally {
		peer.send({ type: 'hangUp' });
		await peer.result.catch(() => undefined);
	}
}

async function sessionsLeft({ client }: RunningRuntime): Promise<number> {
	const until = performance.now() + GONE_WITHIN_MS;
	for (;;) {
		const { sessions } = await client.health();
		if (sessions === 0 || performance.now() > until) return sessions;
		await pause(200);
	}
}

async function heldBy({ client }: RunningRuntime): Promise<Held[]> {
	const { gateway, media, inference } = await client.stats();
	const processes = [{ name: 'gateway', pid: gateway.pid }, ...media.map(({ pid }, n) => ({ name: `media ${n}`, pid })), { name: 'inference', pid: inference.pid }];
	return processes.map(({ name, pid }) => {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		const of = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]);
		return { name, memoryMib: of('VmRSS') / 1024, threads: of('Threads'), handles: readdirSync(`/proc/${pid}/fd`).length, ports: udpSockets(pid) };
	});
}

function udpSockets(pid: number | undefined): number {
	const inodes = new Set(['udp', 'udp6'].flatMap((file) => readFileSync(`/proc/${pid}/net/${file}`, 'utf8').trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/)[9])));
	return openFiles(pid).filter((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])).length;
}

function openFiles(pid: number | undefined): string[] {
	const folder = `/proc/${pid}/fd`;
	return readdirSync(folder).flatMap((fd) => {
		try {
			return [readlinkSync(`${folder}/${fd}`)];
		} catch {
			// Closed meanwhile.
			return [];
		}
	});
}

/** The least that was held in the first and in the last third after warming up. */
function figures(looks: readonly Held[][], count: number): Figure[] {
	const warm = looks.slice(Math.floor(looks.length * WARM_SHARE));
	const third = Math.max(1, Math.floor(warm.length / 3));
	const grown = (name: string, pick: (held: Held) => number): number => {
		const least = (of: readonly Held[][]): number => Math.min(...of.flatMap((look) => look.filter((held) => held.name === name).map(pick)));
		return least(warm.slice(-third)) - least(warm.slice(0, third));
	};
	const names = (looks[0] ?? []).map(({ name }) => name);
	return [
		{ name: `${count} calls: calls left`, unit: 'calls', samples: [0], bound: 0 },
		...names.flatMap((name) => [
			{ name: `${name}: memory`, unit: 'MiB grown', samples: [grown(name, ({ memoryMib }) => memoryMib)], bound: STEADY_MIB },
			{ name: `${name}: handles`, unit: 'grown', samples: [grown(name, ({ handles }) => handles)], bound: 0 },
			{ name: `${name}: threads`, unit: 'grown', samples: [grown(name, ({ threads }) => threads)], bound: 0 },
			{ name: `${name}: UDP ports`, unit: 'grown', samples: [grown(name, ({ ports }) => ports)], bound: 0 },
		]),
	];
}
