import { setTimeout as pause } from 'node:timers/promises';
import { CannotRun, type Figure, option } from '../report';
import { networkOfCaller } from './network-of-caller';
import type { CallerNetwork } from '../../test/network/caller-network';
import { PageCaller, type Seen, type Sound } from './page-caller';
import { ReachableAgent } from './reachable-agent';

interface World {
	readonly network: CallerNetwork;
	readonly agent: ReachableAgent;
	readonly caller: PageCaller;
}

/** What happens to a call, how soon it must be back, ms, and by what one sees that it is. */
interface Fault {
	readonly name: string;
	readonly aim: number;
	/** By what sound is known to come again: there was none, it comes over another connection, from another address, or it was not interrupted. */
	readonly back: 'sound' | 'connection' | 'address' | 'untouched';
	/** Resolves to when the time begins to count: Date.now(). */
	readonly happen: (world: World) => Promise<number>;
}

const NO_AIM = Number.NaN;

function cut(seconds: number): Fault {
	return {
		name: `cut of ${seconds} s`,
		aim: NO_AIM,
		back: 'sound',
		happen: async ({ network }) => {
			network.cut();
			await pause(seconds * 1000);
			network.mend();
			return Date.now();
		},
	};
}

const FAULTS: readonly Fault[] = [
	cut(2),
	cut(8),
	cut(30),
	{ name: 'address changed', aim: 2000, back: 'address', happen: async ({ network }) => now(() => network.changeAddress()) },
	{
		name: 'media killed',
		aim: 2000,
		back: 'connection',
		happen: async ({ agent }) => {
			const { media } = await (await agent.runtime()).stats();
			return now(() => media.forEach(({ pid }) => process.kill(pid, 'SIGKILL')));
		},
	},
	{
		name: 'inference killed',
		aim: 5000,
		back: 'untouched',
		happen: async ({ agent }) => {
			const { pid } = (await (await agent.runtime()).stats()).inference;
			return now(() => process.kill(pid, 'SIGKILL'));
		},
	},
	{ name: 'gateway killed', aim: 5000, back: 'connection', happen: async ({ agent }) => await agent.killGateway() },
	{
		name: 'page reload',
		aim: 2000,
		back: 'connection',
		happen: async ({ caller }) => {
			const at = Date.now();
			await caller.page.reload({ waitUntil: 'commit' });
			return at;
		},
	},
];
const N8N = 'n8n killed';
const N8N_AIM_MS = 10_000;

/** What is told within it of a killed process may have been on its way. */
const UNDER_WAY_MS = 300;
/** Of the words that were told before, when the caller is heard well. */
const CAPTIONS_BEFORE = 6;

function now(act: () => void): number {
	const at = Date.now();
	act();
	return at;
}

/**
 * Somebody counts aloud in Chromium, without a pause, in a call through real n8n; then something happens. Two times of each: until
 * sound of the agent arrives at the page again, and from then on until the page shows words of the caller again.
 */
export async function timesBackAfterFaults(): Promise<Figure[]> {
	const trials = Number(option('--trials', '3'));
	const named = option('--faults', [...FAULTS.map(({ name }) => name), N8N].join(',')).split(',');
	const unknown = named.filter((name) => name !== N8N && !FAULTS.some((fault) => fault.name === name));
	if (unknown.length > 0) throw new CannotRun(`Faults: ${[...FAULTS.map(({ name }) => name), N8N].join(', ')}`);
	const network = networkOfCaller();
	const agent = await ReachableAgent.start(network.server);
	const caller = await PageCaller.open(network, agent.pageUrl);
	const world = { network, agent, caller };
	const figures: Figure[] = [];
	try {
		// Models are loaded by the first call.
		await call(world);
		figures.push({ name: 'words, undisturbed: from one caption to the next', unit: 'ms', samples: await undisturbed(caller), bound: NO_AIM });
		await caller.click();
		for (const fault of FAULTS.filter(({ name }) => named.includes(name))) {
			const [sound, words]: [number[], number[]] = [[], []];
			for (let n = 0; n < trials; n++) {
				const back = await trial(world, fault);
				if (fault.back !== 'untouched') sound.push(back.sound);
				words.push(back.words);
				console.error(`${fault.name}: sound after ${Math.round(back.sound)} ms, words after ${Math.round(back.words)} ms`);
			}
			if (sound.length > 0) figures.push({ name: `${fault.name}: sound arrives`, unit: 'ms', samples: sound, bound: fault.aim });
			figures.push({ name: `${fault.name}: the caller's words are shown`, unit: 'ms', samples: words, bound: fault.aim });
		}
		if (named.includes(N8N)) figures.push(await n8nKilled(agent, trials));
	} finally {
		await caller.close();
		await agent.stop();
		network.remove();
	}
	return figures;
}

/** A call in which the caller is heard. */
async function call({ caller, agent }: World): Promise<void> {
	await caller.call(agent.pageUrl);
	await caller.until(({ told }) => told.filter(({ type }) => type === 'caption.partial').length >= CAPTIONS_BEFORE, 'the caller was not heard');
}

async function trial(world: World, fault: Fault): Promise<{ sound: number; words: number }> {
	const { caller } = world;
	await call(world);
	const before = (await caller.seen()).sound.at(-1);
	const at = await fault.happen(world);
	const by = fault.back === 'address' ? 'address' : 'connection';
	const isBack = (each: Sound): boolean => each.at > at && (fault.back === 'sound' || each[by] !== before?.[by]);
	const back = ({ sound, told }: Seen): { sound: number; words: number } | undefined => {
		const first = fault.back === 'untouched' ? at + UNDER_WAY_MS : sound.find(isBack)?.at;
		const words = told.find((each) => each.type === 'caption.partial' && first !== undefined && each.at >= first)?.at;
		return first === undefined || words === undefined ? undefined : { sound: first - at, words: words - at };
	};
	const seen = await caller.until((each) => back(each) !== undefined, 'the call did not come back');
	await caller.click();
	await world.agent.restarted;
	return back(seen) ?? { sound: Number.NaN, words: Number.NaN };
}

async function undisturbed(caller: PageCaller): Promise<number[]> {
	await pause(5000);
	const at = (await caller.seen()).told.filter(({ type }) => type === 'caption.partial').map((each) => each.at);
	return at.slice(1).map((each, n) => each - (at[n] ?? each));
}

/** Calls go on without n8n; a page is served, and a new call answered, once it is there again. */
async function n8nKilled(agent: ReachableAgent, trials: number): Promise<Figure> {
	const samples: number[] = [];
	for (let n = 0; n < trials; n++) {
		const at = now(() => agent.killN8n());
		while (!(await isServed(agent.pageUrl))) await pause(50);
		samples.push(Date.now() - at);
		console.error(`${N8N}: its page is served after ${samples.at(-1)} ms`);
		await agent.restarted;
	}
	return { name: `${N8N}: its page is served`, unit: 'ms', samples, bound: N8N_AIM_MS };
}

async function isServed(url: string): Promise<boolean> {
	return await fetch(url, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(2000) }).then(
		({ ok }) => ok,
		() => false,
	);
}
