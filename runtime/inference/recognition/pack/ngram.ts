import { z } from 'zod';

const followers = z.object({ backoff: z.number(), next: z.record(z.number()) });

/** The content of `ngram.json.gz`: natural-log probabilities, see models/listen/README.md. */
export const ngramFile = z.object({
	format: z.literal('voice-loop-ngram-1'),
	order: z.literal(3),
	log: z.literal('natural'),
	bos: z.string(),
	eos: z.string(),
	unigrams: z.record(z.number()),
	bigrams: z.record(followers),
	trigrams: z.record(followers),
});
export type NgramFile = z.infer<typeof ngramFile>;

/** ln p of a word the counts have never seen. */
const UNSEEN = -9;

/** Before the first word: the start of the sentence. Before that: nothing. */
export const SENTENCE_START = -1;
export const NOTHING = -2;

/**
 * The trigram model over one vocabulary. A word is its number in `words`; `words.length` stands for the end
 * of the sentence. Words that a session adds are taken for names, the usual reason to add one: they follow
 * and are followed as the model's own names are on average.
 */
export class Ngram {
	private readonly numbers: ReadonlyMap<string, number>;
	private readonly names: readonly number[];
	private readonly bigramRows = new Map<number, Float64Array>();

	constructor(
		private readonly file: NgramFile,
		private readonly words: readonly string[],
		names: readonly string[] = [],
		/** Words from this number on were added. */
		private readonly firstAdded: number = words.length,
	) {
		this.numbers = new Map([...words.map((word, index) => [word, index] as const), [file.eos, words.length]]);
		this.names = names.map((name) => this.numbers.get(name)).filter((number) => number !== undefined);
	}

	/** ln p of every word, and of the end, after the words `before` and `last`. The result is the caller's. */
	after(before: number, last: number): Float64Array {
		const row = Float64Array.from(this.bigramRow(last));
		const seen = this.file.trigrams[`${this.name(before)} ${this.name(last)}`];
		return seen ? this.refine(row, seen) : row;
	}

	private bigramRow(last: number): Float64Array {
		let row = this.bigramRows.get(last);
		if (!row) {
			row = last >= this.firstAdded ? this.afterName() : this.afterKnown(last);
			this.bigramRows.set(last, row);
		}
		return row;
	}

	private afterKnown(last: number): Float64Array {
		const row = Float64Array.from([...this.words, this.file.eos], (word) => this.file.unigrams[word] ?? UNSEEN);
		this.likeNames(row);
		const seen = this.file.bigrams[this.name(last)];
		return seen ? this.refine(row, seen) : row;
	}

	private afterName(): Float64Array {
		if (this.names.length === 0) return this.afterKnown(SENTENCE_START);
		const rows = this.names.map((name) => this.bigramRow(name));
		return Float64Array.from({ length: this.words.length + 1 }, (_, word) => meanOf(rows.map((row) => row[word] ?? -Infinity)));
	}

	/** From the shorter history's values to the longer's: seen words have their own, the others back off. */
	private refine(row: Float64Array, seen: z.infer<typeof followers>): Float64Array {
		for (let word = 0; word < row.length; word++) row[word] = (row[word] ?? -Infinity) + seen.backoff;
		for (const [word, logProb] of Object.entries(seen.next)) {
			const number = this.numbers.get(word);
			if (number !== undefined) row[number] = logProb;
		}
		this.likeNames(row);
		return row;
	}

	private likeNames(row: Float64Array): void {
		if (this.names.length === 0 || this.firstAdded === this.words.length) return;
		row.fill(meanOf(this.names.map((name) => row[name] ?? -Infinity)), this.firstAdded, this.words.length);
	}

	private name(word: number): string {
		if (word === NOTHING) return '';
		return word === SENTENCE_START ? this.file.bos : (this.words[word] ?? '');
	}
}

/** The mean of probabilities given as logarithms. */
function meanOf(logs: readonly number[]): number {
	return logs.reduce(logAdd, -Infinity) - Math.log(logs.length);
}

/** ln(exp(a) + exp(b)); -Infinity is "impossible". */
export function logAdd(a: number, b: number): number {
	const high = a > b ? a : b;
	if (high === -Infinity) return high;
	const low = a > b ? b : a;
	return high + Math.log1p(Math.exp(low - high));
}
