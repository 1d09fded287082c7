// Guards against a beam search that loses or double-counts alignments: it is compared with counting them all.
import fc from 'fast-check';
import { Decoder } from './decoder';
import type { ListenPack } from './pack';
import { Vocabulary } from './vocabulary';

/** Blank and two phones; a word may be the beginning of another, and may repeat a phone. */
const PACK: ListenPack = {
	graphPath: '',
	units: ['<blank>', 'p', 't'],
	lexicon: [
		{ word: 'pip', phones: [1, 1] },
		{ word: 'pit', phones: [1, 2] },
		{ word: 'tot', phones: [2, 2, 1] },
	],
	names: [],
	ngram: {
		format: 'voice-loop-ngram-1',
		order: 3,
		log: 'natural',
		bos: '<s>',
		eos: '</s>',
		unigrams: { pip: -1.2, pit: -1.5, tot: -0.9, '</s>': -1 },
		bigrams: { '<s>': { backoff: -0.3, next: { pip: -0.7, tot: -1 } }, pip: { backoff: -0.5, next: { pit: -0.4, '</s>': -0.8 } } },
		trigrams: { '<s> pip': { backoff: -0.2, next: { pit: -0.1 } } },
	},
};

const vocabulary = new Vocabulary(PACK);

/** ln p, by sequence of words, of all ways to say it in these rows. */
function countAll(rows: readonly Float32Array[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (let way = 0; way < 3 ** rows.length; way++) {
		const labels = rows.map((_, row) => Math.floor(way / 3 ** row) % 3);
		const phones = labels.filter((label, row) => label !== 0 && label !== labels[row - 1]);
		const words = divide(phones);
		if (!words) continue;
		const p = Math.exp(labels.reduce((sum, label, row) => sum + rows[row]![label]!, 0));
		sums.set(words.join(), (sums.get(words.join()) ?? 0) + p);
	}
	return new Map([...sums].map(([words, p]) => [words, Math.log(p)]));
}

/** No word of the pack begins with another, so there is at most one way. */
function divide(phones: readonly number[]): number[] | null {
	if (phones.length === 0) return [];
	const word = PACK.lexicon.findIndex((entry) => entry.phones.every((phone, index) => phone === phones[index]));
	if (word < 0) return null;
	const rest = divide(phones.slice(PACK.lexicon[word]!.phones.length));
	return rest && [word, ...rest];
}

function wordScore(words: readonly number[]): number {
	let score = 0;
	let [before, last] = [-2, -1];
	for (const word of words) {
		score += vocabulary.after(before, last).words[word]!;
		[before, last] = [last, word];
	}
	return score + vocabulary.after(before, last).end;
}

const row = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 12 }))).map((weights) => {
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return Float32Array.from(weights, (weight) => Math.log(weight / total));
});

describe('Decoder', () => {
	it('finds the best words and the sum of all their alignments', () => {
		fc.assert(
			fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
				const decoder = new Decoder(vocabulary);
				const found = decoder.final(rows.reduce((beam, next) => decoder.advance(beam, next), decoder.start()))!;
				const all = countAll(rows);
				expect(found.soundScore).toBeCloseTo(all.get(found.words.join())!, 4);
				const scores = [...all].map(([words, score]) => score + wordScore(words === '' ? [] : words.split(',').map(Number)));
				expect(found.soundScore + wordScore(found.words)).toBeCloseTo(Math.max(...scores), 4);
			}),
			{ numRuns: 200 },
		);
	});

	it('grows several futures from one beam, and forgets only what none of them needs', () => {
		fc.assert(
			fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), fc.nat(), (rows, at) => {
				const decoder = new Decoder(vocabulary);
				const careful = new Decoder(vocabulary);
				const cut = at % rows.length;
				let beam = decoder.start();
				let pruned = careful.start();
				for (const [index, next] of rows.entries()) {
					beam = decoder.advance(beam, next);
					pruned = careful.advance(pruned, next);
					if (index % 5 === 4) careful.prune(pruned);
					// A look into another future in between.
					if (index === cut) rows.reduce((future, other) => careful.advance(future, other), pruned);
				}
				expect(careful.final(pruned)).toEqual(decoder.final(beam));
				expect(careful.partial(pruned)).toEqual(decoder.partial(beam));
			}),
			{ numRuns: 50 },
		);
	});

	it('has no words before any sound', () => {
		const decoder = new Decoder(vocabulary);
		expect(decoder.partial(decoder.start())).toEqual([]);
		expect(decoder.final(decoder.start())).toMatchObject({ words: [] });
	});
});
