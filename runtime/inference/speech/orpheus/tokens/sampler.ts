import type { Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../../../contract/errors';
import type { OrpheusSampling } from '../token-source';

/** The penalty looks at this many of the last audio tokens: 9 frames. All of them would drive the voice away. */
export const PENALISED = 64;

/** A token and its logit; further on, the probability that it is drawn. */
export type Candidate = readonly [token: Token, value: number];

/**
 * As many of a model's most likely tokens as decide what is drawn: a penalty only makes tokens less likely, so those
 * among the first `topK` after it were among so many before it.
 */
export function candidatesFor({ topK }: OrpheusSampling): number {
	return topK + PENALISED;
}

/** Likely first. */
function descending([, a]: Candidate, [, b]: Candidate): number {
	return b - a;
}

/** Makes logits that are divided by `temperature` probabilities. `logits`: the greatest first. */
function softmax(logits: readonly Candidate[], temperature: number): Candidate[] {
	const greatest = logits[0]?.[1] ?? 0;
	const weights = logits.map(([token, logit]): Candidate => [token, Math.exp((logit - greatest) / temperature)]);
	const sum = weights.reduce((total, [, weight]) => total + weight, 0);
	return weights.map(([token, weight]) => [token, weight / sum]);
}

/** The most likely ones that have a probability of `topP` together. */
function nucleus(logits: readonly Candidate[], topP: number): readonly Candidate[] {
	if (topP >= 1) return logits;
	let sum = 0;
	const last = softmax(logits, 1).findIndex(([, probability]) => (sum += probability) >= topP);
	return last < 0 ? logits : logits.slice(0, last + 1);
}

/**
 * What is drawn with which probability, the most likely first: llama.cpp's samplers in the order in which node-llama-cpp
 * chains them (repetition penalty, top_k, top_p, temperature).
 *
 * @param logits `candidatesFor(sampling)` of the model's most likely tokens, or more
 * @param recent the tokens that the penalty counts
 */
export function distribution(logits: Iterable<Candidate>, recent: ReadonlySet<Token>, sampling: OrpheusSampling): Candidate[] {
	const { temperature, topP, topK, repetitionPenalty } = sampling;
	const penalised = Array.from(logits, ([token, logit]): Candidate => {
		if (!recent.has(token)) return [token, logit];
		return [token, logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty];
	});
	const first = penalised.sort(descending).slice(0, temperature > 0 ? topK : 1);
	return temperature > 0 ? softmax(nucleus(first, topP), temperature) : first.map(([token]) => [token, 1]);
}

/** Evenly from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Draws the tokens of one speech. llama.cpp's own penalty looks up every token of the vocabulary, 156,940 of them, which
 * took 1.1 ms of processor a token; this one does so for those that can be drawn. See docs/benchmarks.md.
 */
export class OrpheusSampler {
	private readonly random: () => number;

	constructor(
		private readonly sampling: OrpheusSampling,
		seed: number,
	) {
		this.random = randomFrom(seed);
	}

	/** One of `logits`; see `distribution`. `written`: the audio tokens so far. Throws VOICE_ERR_MODEL_FAILED if there are none. */
	draw(logits: Iterable<Candidate>, written: readonly Token[]): Token {
		const likely = distribution(logits, new Set(written.slice(-PENALISED)), this.sampling);
		let left = this.random();
		const drawn = likely.find(([, probability]) => (left -= probability) < 0) ?? likely.at(-1);
		if (!drawn) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'llama.cpp gave no logits to draw a token from.');
		return drawn[0];
	}
}
