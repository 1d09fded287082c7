// Guards against: tokens that are drawn more or less often than they should be, and a sentence that sounds otherwise each time.
// top-logits.test.ts compares what is drawn with llama.cpp's own chain.
import type { Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import fc from 'fast-check';
import { VoiceError } from '../../../../contract/errors';
import { type Candidate, candidatesFor, distribution, OrpheusSampler, PENALISED } from './sampler';

const SAMPLING = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };
const sorted = (logits: readonly number[]): Candidate[] => logits.map((logit, token): Candidate => [token as Token, logit]).sort(([, a], [, b]) => b - a);

const logits = fc.array(fc.double({ min: -20, max: 30, noNaN: true }), { minLength: 200, maxLength: 400 });
const sampling = fc.record({
	temperature: fc.double({ min: 0, max: 2, noNaN: true }),
	topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
	topK: fc.integer({ min: 1, max: 60 }),
	repetitionPenalty: fc.double({ min: 1, max: 2, noNaN: true }),
});

it('draws from as many candidates as from all tokens, whichever were said before', () => {
	fc.assert(
		fc.property(logits, sampling, fc.array(fc.nat(399), { maxLength: PENALISED }), fc.boolean(), (each, settings, said, best) => {
			const all = sorted(each);
			// Often those that are likely now: they are the ones that a penalty displaces.
			const recent = new Set(said.map((at) => (best ? all[at % PENALISED]![0] : (at as Token))));
			expect(distribution(all.slice(0, candidatesFor(settings)), recent, settings)).toEqual(distribution(all, recent, settings));
		}),
	);
});

it('draws each token as often as its probability says', () => {
	const three = sorted([2, 1, 0, -30]);
	const settings = { ...SAMPLING, temperature: 1, topP: 1, repetitionPenalty: 2 };
	// The second was said and counts half: exp(2), exp(0.5), exp(0).
	const weights = [Math.exp(2), Math.exp(0.5), 1];
	const sum = weights.reduce((total, weight) => total + weight);
	const sampler = new OrpheusSampler(settings, 1);
	const counts = [0, 0, 0];
	for (let draw = 0; draw < 20_000; draw++) counts[sampler.draw(three, [1 as Token])]!++;
	for (const [token, weight] of weights.entries()) expect(counts[token]! / 20_000).toBeCloseTo(weight / sum, 2);
});

it('counts only the last audio tokens', () => {
	const two = sorted([1.05, 1]);
	const cold = { ...SAMPLING, temperature: 0 };
	const others = Array.from({ length: PENALISED - 1 }, (_, at) => (100 + at) as Token);
	expect(new OrpheusSampler(cold, 1).draw(two, [0 as Token, ...others])).toBe(1);
	expect(new OrpheusSampler(cold, 1).draw(two, [0 as Token, 99 as Token, ...others])).toBe(0);
});

it('draws the same again for the same seed, and something else for another', () => {
	const many = sorted(Array.from({ length: 104 }, (_, at) => 5 - at / 50));
	const drawn = (seed: number): Token[] => {
		const sampler = new OrpheusSampler({ ...SAMPLING, temperature: 1 }, seed);
		return Array.from({ length: 30 }, () => sampler.draw(many, []));
	};
	expect(drawn(0xffff_ffff)).toEqual(drawn(0xffff_ffff));
	expect(drawn(1)).not.toEqual(drawn(2));
	expect(new Set(drawn(3)).size).toBeGreaterThan(5);
});

it('refuses to draw from nothing', () => {
	expect(() => new OrpheusSampler(SAMPLING, 1).draw([], [])).toThrow(VoiceError);
});
