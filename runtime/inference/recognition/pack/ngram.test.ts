// Guards against word probabilities that are wrong in silence: nothing else would show it but worse hearing.
import path from 'node:path';
import { packageRoot } from '../../../lib/package-root';
import { NOTHING, Ngram, type NgramFile, SENTENCE_START } from './ngram';
import { readPack } from './pack';

const FILE: NgramFile = {
	format: 'voice-loop-ngram-1',
	order: 3,
	log: 'natural',
	bos: '<s>',
	eos: '</s>',
	unigrams: { with: -2, anna: -3, tom: -4, '</s>': -1 },
	bigrams: { '<s>': { backoff: -0.5, next: { with: -1 } }, with: { backoff: -0.25, next: { anna: -0.7, tom: -0.7 } }, anna: { backoff: -0.1, next: { '</s>': -0.2 } } },
	trigrams: { '<s> with': { backoff: -0.125, next: { tom: -0.4 } } },
};
const [WITH, ANNA, TOM, END] = [0, 1, 2, 3];

describe('Ngram', () => {
	const ngram = new Ngram(FILE, ['with', 'anna', 'tom']);

	it('takes what was counted, and backs off where nothing was', () => {
		expect(ngram.after(NOTHING, SENTENCE_START)[WITH]).toBe(-1);
		expect(ngram.after(NOTHING, SENTENCE_START)[ANNA]).toBe(-3.5);
		expect(ngram.after(SENTENCE_START, WITH)[TOM]).toBe(-0.4);
		expect(ngram.after(SENTENCE_START, WITH)[ANNA]).toBeCloseTo(-0.825);
		expect(ngram.after(SENTENCE_START, WITH)[END]).toBeCloseTo(-1.375);
		// No counts for "tom": plain unigrams.
		expect([...ngram.after(WITH, TOM)]).toEqual([-2, -3, -4, -1]);
	});

	it('does not let callers change what it knows', () => {
		ngram.after(SENTENCE_START, WITH).fill(0);
		expect(ngram.after(SENTENCE_START, WITH)[TOM]).toBe(-0.4);
	});

	it('takes an added word for a name', () => {
		const added = new Ngram(FILE, ['with', 'anna', 'tom', 'nigel'], ['anna', 'tom'], 3);
		const mean = (...logs: number[]): number => Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length);
		expect(added.after(NOTHING, WITH)[3]).toBeCloseTo(-0.7);
		expect(added.after(SENTENCE_START, WITH)[3]).toBeCloseTo(mean(-0.825, -0.4));
		expect(added.after(WITH, 3)[4]).toBeCloseTo(mean(-0.2, -1));
	});

	it('is a probability over the words and the end in the bundled pack, after whatever words', async () => {
		const pack = await readPack(path.join(packageRoot(), 'models', 'listen'));
		const words = [...new Set(pack.lexicon.map(({ word }) => word))];
		const whole = new Ngram(pack.ngram, words);
		const pairs = [[NOTHING, SENTENCE_START], [SENTENCE_START, words.indexOf('book')], [words.indexOf('with'), words.indexOf('anna')]] as const;
		for (const [before, last] of pairs) {
			const total = whole.after(before, last).reduce((sum, log) => sum + Math.exp(log), 0);
			expect(total).toBeCloseTo(1, 1);
		}
	});
});
