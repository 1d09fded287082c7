import { Ngram, NOTHING, SENTENCE_START } from './ngram';
import type { ListenPack } from './pack';
import { PhoneTree, type Pronunciation } from './phone-tree';

/** Scores of what may follow two words, in the decoder's scale. */
export interface LookAhead {
	/** By word number. */
	readonly words: Float64Array;
	/** Of the end of the utterance. */
	readonly end: number;
	/** By tree node: the best of the words below it. For pruning only. */
	readonly below: Float64Array;
}

/** Weight of the word model against the sound, and what every word earns: chosen on free wording, see models/listen. */
const NGRAM_WEIGHT = 0.6;
const WORD_BONUS = 1.5;

/**
 * Pairs of words whose look-ahead is kept. A sentence touches some dozens; one costs about 10 kB and a few
 * microseconds to make.
 */
const KEPT_PAIRS = 1024;

/** A word that a session adds or expects. */
export interface ExpectedWord {
	readonly word: string;
	/** None for a word that the lexicon has. */
	readonly pronunciations: ReadonlyArray<readonly number[]>;
}

/**
 * What an expected word earns on top: with it 145 instead of 129 of 180 sentences with an added name came out
 * right, and 30 names too many changed none of 120 demo sentences.
 */
const EXPECTED_BONUS = 2;

/** The words one stream can hear, how they sound and how likely they follow each other. */
export class Vocabulary {
	readonly words: readonly string[];
	readonly tree: PhoneTree;
	/** No look-ahead is better: a probability is at most 1. */
	readonly mostAhead: number;
	/** Phones of each word's first pronunciation. */
	private readonly lengths: readonly number[];
	private readonly ngram: Ngram;
	private readonly bonus: Float64Array;
	private readonly kept = new Map<number, LookAhead>();

	/** Leaves the pack as it is: streams with other words share it. */
	constructor(pack: ListenPack, expected: readonly ExpectedWord[] = []) {
		const numbers = new Map<string, number>();
		const pronunciations: Pronunciation[] = [];
		const add = (word: string, phones: readonly number[]): void => {
			const number = numbers.get(word) ?? numbers.size;
			numbers.set(word, number);
			pronunciations.push({ word: number, phones });
		};
		for (const { word, phones } of pack.lexicon) add(word, phones);
		const known = numbers.size;
		for (const { word, pronunciations: ways } of expected) for (const phones of ways) add(word, phones);

		this.words = [...numbers.keys()];
		this.tree = new PhoneTree(pronunciations);
		this.lengths = this.words.map((_, word) => pronunciations.find((way) => way.word === word)?.phones.length ?? 0);
		this.ngram = new Ngram(pack.ngram, this.words, pack.names, known);
		this.bonus = new Float64Array(this.words.length).fill(WORD_BONUS);
		for (const { word } of expected) {
			const number = numbers.get(word);
			if (number !== undefined) this.bonus[number] = WORD_BONUS + EXPECTED_BONUS;
		}
		this.mostAhead = Math.max(...this.bonus);
	}

	/** What follows the words numbered `before` and `last` (or START, NOTHING of the ngram). */
	after(before: number, last: number): LookAhead {
		const key = (before + 2) * (this.words.length + 2) + last + 2;
		const known = this.kept.get(key);
		if (known) {
			// Taken out and put back, the oldest entry of the map is the one that was not used for longest.
			this.kept.delete(key);
			this.kept.set(key, known);
			return known;
		}
		const made = this.make(before, last);
		if (this.kept.size >= KEPT_PAIRS) {
			const [oldest] = this.kept.keys();
			if (oldest !== undefined) this.kept.delete(oldest);
		}
		this.kept.set(key, made);
		return made;
	}

	text(words: readonly number[]): string {
		return words.map((word) => this.words[word]).join(' ');
	}

	phones(words: readonly number[]): number {
		return words.reduce((sum, word) => sum + (this.lengths[word] ?? 0), 0);
	}

	/** How little the word model expects this utterance: the sum of -ln p of its words and its end. */
	surprise(words: readonly number[]): number {
		let total = 0;
		let before = NOTHING;
		let last = SENTENCE_START;
		for (const word of [...words, this.words.length]) {
			total -= this.ngram.after(before, last)[word] ?? -Infinity;
			before = last;
			last = word;
		}
		return total;
	}

	private make(before: number, last: number): LookAhead {
		const row = this.ngram.after(before, last);
		const words = this.bonus.map((bonus, word) => NGRAM_WEIGHT * (row[word] ?? -Infinity) + bonus);
		return { words, end: NGRAM_WEIGHT * (row[this.words.length] ?? -Infinity), below: this.tree.bestBelow(words) };
	}
}
