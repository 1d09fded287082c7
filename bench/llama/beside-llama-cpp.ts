import path from 'node:path';
import { say } from '../cache';
import { type Figure, percentile } from '../report';
import { FULL, type OurTokens } from './our-tokens';
import { batchedBench, llamaBench, type PeerSettings, type TokenCost } from './peer-run';
import { type PeerTools, peerTools } from './peer-tools';

/** Sampling, the way to JavaScript and back, and our own code may take this share of the time. */
const LEAST_RATIO = 0.95;

interface Beside {
	readonly ours: OurTokens;
	readonly tools: PeerTools;
	readonly settings: PeerSettings;
	readonly rounds: number;
}

/** Loads the file in our process and makes llama.cpp's tools ready for it, with the same libraries and threads. */
export async function openBeside(ours: OurTokens, ask: { file: string; sequences: number; tokens: number; rounds: number }): Promise<Beside> {
	const { file, sequences, tokens, rounds } = ask;
	const { threads, onGpu, libraries } = await ours.open(file, sequences);
	say(`${path.basename(file)}, ${threads} threads${onGpu ? ', on the GPU' : ''}`);
	// The first tokens of all take longer, and tell how deep in a sequence the measured ones are.
	const { depth } = await ours.write(FULL, 1, 4);
	return { ours, tools: await peerTools(libraries), settings: { file, threads, onGpu, depth, tokens }, rounds };
}

/** One round's cost of a token. */
export interface Pair {
	readonly ours: TokenCost;
	readonly theirs: TokenCost;
}

/** Of the quickest round of each: what the code costs where nothing disturbs it. The medians say what a machine makes of it. */
function quickestShare(pairs: readonly Pair[]): number {
	return Math.min(...pairs.map(({ theirs }) => theirs.wallMs)) / Math.min(...pairs.map(({ ours }) => ours.wallMs));
}

function figuresOf(name: string, pairs: readonly Pair[]): Figure[] {
	const median = (pick: (pair: Pair) => number): number => percentile(pairs.map(pick), 0.5);
	return [
		{ name: `${name}: speed`, unit: 'tokens/s', samples: pairs.map(({ ours }) => 1000 / ours.wallMs), bound: 1000 / median(({ theirs }) => theirs.wallMs) },
		{ name: `${name}: cpu`, unit: 'cpu ms/token', samples: pairs.map(({ ours }) => ours.cpuMs), bound: median(({ theirs }) => theirs.cpuMs) },
		{ name: `${name}: our share of its speed, quickest rounds`, unit: 'share', samples: [quickestShare(pairs)], bound: LEAST_RATIO },
	];
}

/** One speech beside llama-bench, round by round, so that a busy machine hurts both alike. */
export async function oneBeside({ ours, tools, settings, rounds }: Beside): Promise<Pair[]> {
	const pairs: Pair[] = [];
	for (let round = 1; round <= rounds; round++) {
		say(`llama-bench and ours, round ${round} of ${rounds}`);
		pairs.push({ ours: await ours.write(FULL, 1, settings.tokens), theirs: await llamaBench(tools, settings) });
	}
	return pairs;
}

export function oneFigures(pairs: readonly Pair[]): Figure[] {
	return [
		...figuresOf('llama-bench', pairs),
		{ name: 'llama-bench: the same, median of rounds', unit: 'share', samples: pairs.map(({ ours, theirs }) => theirs.wallMs / ours.wallMs), bound: LEAST_RATIO },
	];
}

/** Several speeches at a time beside llama-batched-bench, by their number. */
export async function manyBeside({ ours, tools, settings, rounds }: Beside, sequences: readonly number[]): Promise<Map<number, Pair[]>> {
	const pairs = new Map<number, Pair[]>(sequences.map((count) => [count, []]));
	for (let round = 1; round <= rounds; round++) {
		say(`llama-batched-bench and ours, round ${round} of ${rounds}`);
		for (const [count, theirs] of await batchedBench(tools, settings, sequences)) {
			pairs.get(count)?.push({ ours: await ours.write(FULL, count, settings.tokens), theirs });
		}
	}
	return pairs;
}

export function manyFigures(pairs: ReadonlyMap<number, Pair[]>): Figure[] {
	return [...pairs].flatMap(([count, each]) => figuresOf(`llama-batched-bench, ${count} at a time`, each));
}
