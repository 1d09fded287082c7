import type { LlamaContextSequence, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { llamaBackend } from '../runtime/inference/llama/library';
import type { OrpheusSampling } from '../runtime/inference/speech/orpheus/token-source';
import { candidatesFor, OrpheusSampler, PENALISED } from '../runtime/inference/speech/orpheus/tokens/sampler';
import { TopLogits, withOneSampler } from '../runtime/inference/speech/orpheus/tokens/top-logits';
import { say } from './cache';
import { NARROW, orpheusShape } from './fixtures/orpheus-shape';
import { FULL } from './llama/our-tokens';
import { cpuMs, type Figure, numbers, option, percentile, report, run } from './report';

/**
 * What drawing one of Orpheus's tokens costs the processor: our sampler beside llama.cpp's own chain with its repetition penalty,
 * in pairs, on a model of nearly nothing but the vocabulary. What decoding alone costs there is taken off both.
 *
 *     npm run bench sampling [-- --json] [--sequences 1,8] [--rounds N] [--tokens N]
 */
const rounds = Number(option('--rounds', '12'));
const tokens = Number(option('--tokens', '256'));
/** ms of processor a token, all threads together. */
const AIM_MS = 0.4;
const SHAPE = { ...NARROW, name: 'orpheus sampling', width: 64, feedForward: 64, heads: 1, keyHeads: 1, headSize: 64 };

/** Writes `tokens` tokens after `first`. */
type Way = (sequence: LlamaContextSequence, first: Token) => Promise<void>;

/** An option of node-llama-cpp for itself: computes logits and draws nothing. */
const DECODE_ONLY = { temperature: 0, _noSampling: true };

async function decoded(sequence: LlamaContextSequence, first: Token): Promise<void> {
	const plain = withOneSampler(sequence);
	for (let count = 0; count < tokens; count++) await plain.evaluate([first], DECODE_ONLY).next();
}

function chained({ temperature, topP, topK, repetitionPenalty }: OrpheusSampling): Way {
	return async (sequence, first) => {
		const written: Token[] = [];
		const repeatPenalty = { punishTokens: () => written.slice(-PENALISED), penalty: repetitionPenalty, maxPunishTokens: PENALISED };
		for await (const token of sequence.evaluate([first], { temperature, topP, topK, seed: 1, repeatPenalty })) {
			written.push(token);
			if (written.length === tokens) return;
		}
	};
}

function drawn(sampling: OrpheusSampling): Way {
	const kept = new WeakMap<LlamaContextSequence, TopLogits>();
	return async (sequence, first) => {
		const topLogits = kept.get(sequence) ?? new TopLogits(sequence);
		kept.set(sequence, topLogits);
		const sampler = new OrpheusSampler(sampling, 1);
		const written: Token[] = [];
		for (let last = first; written.length < tokens; written.push(last)) {
			last = sampler.draw(await topLogits.after(last, candidatesFor(sampling)), written);
		}
	};
}

interface Cost {
	/** All threads together, and the main thread alone. */
	readonly cpuMs: number;
	readonly mainMs: number;
	readonly wallMs: number;
}

async function costOf(way: Way, sequences: readonly LlamaContextSequence[], first: Token): Promise<Cost> {
	await Promise.all(sequences.map(async (sequence) => await sequence.clearHistory()));
	const [all, main, startedAt] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
	await Promise.all(sequences.map(async (sequence) => await way(sequence, first)));
	const wallMs = performance.now() - startedAt;
	const { user, system } = process.threadCpuUsage(main);
	const each = sequences.length * tokens;
	return { cpuMs: cpuMs(all) / each, mainMs: (user + system) / 1000 / each, wallMs: wallMs / each };
}

/** Rounds of each way, one after the other, so that a busy machine hurts all alike. */
async function pairs(sequences: readonly LlamaContextSequence[], first: Token): Promise<Figure[]> {
	const ways = { decode: decoded, chain: chained(FULL), ours: drawn(FULL) };
	const costs: Array<Record<keyof typeof ways, Cost>> = [];
	// The first round warms up.
	for (let round = 0; round <= rounds; round++) {
		say(`${sequences.length} at a time, round ${round} of ${rounds}`);
		const each = { decode: await costOf(ways.decode, sequences, first), chain: await costOf(ways.chain, sequences, first), ours: await costOf(ways.ours, sequences, first) };
		if (round > 0) costs.push(each);
	}
	const above = (way: 'chain' | 'ours', kind: keyof Cost): number[] => costs.map((each) => each[way][kind] - each.decode[kind]);
	const figure = (name: string, unit: string, samples: readonly number[], bound = Number.NaN): Figure => ({ name: `${sequences.length} at a time: ${name}`, unit, samples, bound });
	const chain = above('chain', 'cpuMs');
	const ours = above('ours', 'cpuMs');
	return [
		figure("sampling, llama.cpp's chain", 'cpu ms/token', chain, AIM_MS),
		figure('sampling, ours', 'cpu ms/token', ours, AIM_MS),
		figure('sampling, ours in shares of the chain', 'share', ours.map((ms, round) => ms / (chain[round] ?? Number.NaN)), 1),
		figure("of that on the main thread (ratio: to the chain's)", 'cpu ms/token', above('ours', 'mainMs'), percentile(above('chain', 'mainMs'), 0.5)),
		figure("a token with decoding (ratio: to the chain's)", 'ms/token', costs.map((each) => each.ours.wallMs), percentile(costs.map((each) => each.chain.wallMs), 0.5)),
	];
}

async function main(): Promise<void> {
	const file = await orpheusShape(SHAPE, 'q8_0');
	const counts = numbers('--sequences', '1,8');
	const { llama } = await llamaBackend();
	const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
	const context = await model.createContext({ contextSize: 2048, sequences: Math.max(...counts), threads: 1 });
	const sequences = Array.from({ length: Math.max(...counts) }, () => context.getSequence());
	const [first] = model.tokenize('<custom_token_10>', true);
	if (first === undefined) throw new Error('The model has no audio tokens.');
	for (const count of counts) report(await pairs(sequences.slice(0, count), first));
}

run(main);
