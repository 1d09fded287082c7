import type { LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { Scheduler } from '../scheduler/scheduler';

const DECODES = 16;
/** A model so slow that its decodes take longer is judged by fewer of them. */
const LIMIT_MS = 500;
const ENOUGH = 4;
/** Half of the threads must be that much quicker: fewer threads read a prompt more slowly. */
const CLEARLY = 0.95;

const kept = new Map<string, number>();

function median(times: readonly number[]): number {
	return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** Half of the threads where they were clearly quicker, else all; undefined where too little was seen. */
export function better(most: number, full: readonly number[], half: readonly number[]): number | undefined {
	if (full.length < ENOUGH || half.length < ENOUGH) return undefined;
	return median(half) < CLEARLY * median(full) ? Math.floor(most / 2) : most;
}

/** How long decodes take with that many threads, ms; fewer of them once `hurry` is aborted. */
async function timed(model: LlamaModel, threads: number, limitMs: number, hurry: AbortSignal): Promise<number[]> {
	const token = model.tokens.bos ?? model.tokenize('a')[0];
	if (token === undefined || hurry.aborted) return [];
	const context = await model.createContext({ contextSize: 64, sequences: 1, batchSize: 16, threads });
	const times: number[] = [];
	try {
		const sequence = context.getSequence();
		// The first one wakes the threads.
		await sequence.evaluateWithoutGeneratingNewTokens([token]);
		const startedAt = performance.now();
		while (times.length < DECODES && performance.now() - startedAt < limitMs && !hurry.aborted) {
			const decodeAt = performance.now();
			await sequence.evaluateWithoutGeneratingNewTokens([token]);
			times.push(performance.now() - decodeAt);
		}
	} finally {
		await context.dispose();
	}
	return times;
}

/**
 * The better of `most` threads and half of them for this model. Other programs' threads and cores that share their
 * arithmetic make fewer threads quicker now and then, which no count of cores tells. Tried once for each size of
 * model, and only while nothing else runs and nobody waits: `hurry` ends it, and then all threads are taken.
 */
export async function quickerThreads(
	model: LlamaModel,
	bytes: number,
	most: number,
	scheduler: Pick<Scheduler, 'idle' | 'rounds'>,
	hurry: AbortSignal,
	limitMs = LIMIT_MS,
): Promise<number> {
	const half = Math.floor(most / 2);
	if (half < 1 || model.gpuLayers > 0) return most;
	const key = `${bytes} ${most}`;
	const known = kept.get(key);
	if (known !== undefined) return known;
	if (!scheduler.idle) return most;
	const { rounds } = scheduler;
	const full = await timed(model, most, limitMs, hurry);
	const halved = await timed(model, half, limitMs, hurry);
	const best = scheduler.rounds === rounds ? better(most, full, halved) : undefined;
	if (best !== undefined) kept.set(key, best);
	return best ?? most;
}
