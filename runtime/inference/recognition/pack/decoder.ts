import { logAdd, NOTHING, SENTENCE_START } from './ngram';
import type { TreeNode } from './phone-tree';
import type { LookAhead, Vocabulary } from './vocabulary';

/** Words heard so far, newest first. Equal histories are one object within an utterance. */
class History {
	readonly longer = new Map<number, History>();
	private ahead: LookAhead | undefined;

	constructor(
		private readonly vocabulary: Vocabulary,
		readonly id: number,
		readonly previous: History | null,
		/** START at the beginning. */
		readonly word: number,
		/** The unit it ended with: an equal phone after it needs a blank between. The blank at the beginning. */
		readonly lastPhone: number,
		/** Scores of its words by the word model. */
		readonly score: number,
	) {}

	/** Made when it is first needed: most new histories are pruned before. */
	get next(): LookAhead {
		this.ahead ??= this.vocabulary.after(this.previous ? this.previous.word : NOTHING, this.word);
		return this.ahead;
	}

	get isReady(): boolean {
		return this.ahead !== undefined;
	}
}

interface Hypothesis {
	readonly history: History;
	readonly node: TreeNode;
	/** ln p of all alignments that end in a blank, or in a phone. */
	blank: number;
	phone: number;
	/** With the word model, for ranking. */
	score: number;
}

/** All that is known about an utterance after some rows. Never changed: several may grow from one. */
export interface Beam {
	readonly hypotheses: readonly Hypothesis[];
	/** Sum of each row's best log-probability: what free phones would score. */
	readonly freeScore: number;
}

export interface Decoded {
	/** Word numbers. */
	readonly words: readonly number[];
	/** ln p of the words' sounds, all alignments. */
	readonly soundScore: number;
}

/** Hypotheses this far below the best, or more than this many, are dropped. */
const PRUNE = 14;
const WIDTH = 80;

/** A phone below this could only ever lose: it is not followed. */
const MIN_PHONE = -16;

const BLANK = 0;

/**
 * Lexicon-constrained CTC prefix beam search with the word model looking ahead, one row (40 ms) at a time.
 * A hypothesis is a word history and a place in the tree; reaching a word's end puts it back to the root.
 */
export class Decoder {
	private made = 0;

	constructor(private readonly vocabulary: Vocabulary) {}

	start(): Beam {
		const history = new History(this.vocabulary, this.made++, null, SENTENCE_START, BLANK, 0);
		const { root } = this.vocabulary.tree;
		return { hypotheses: [{ history, node: root, blank: 0, phone: -Infinity, score: 0 }], freeScore: 0 };
	}

	/** One row of log-probabilities by unit. */
	advance(beam: Beam, row: Float32Array): Beam {
		const grown = new Map<number, Hypothesis>();
		for (const hypothesis of beam.hypotheses) this.extend(grown, hypothesis, row);
		const hypotheses = this.rank(grown);
		if (hypotheses.length > WIDTH) {
			hypotheses.sort((a, b) => b.score - a.score);
			hypotheses.length = WIDTH;
		}
		return { hypotheses, freeScore: beam.freeScore + maximum(row) };
	}

	/** The words of the best hypothesis; a word just being spoken is not among them. */
	partial(beam: Beam): readonly number[] {
		let best = beam.hypotheses[0];
		for (const hypothesis of beam.hypotheses) if (best === undefined || hypothesis.score > best.score) best = hypothesis;
		return best ? words(best.history) : [];
	}

	/** The best that ends with a whole word; null if nothing does. */
	final(beam: Beam): Decoded | null {
		let best: Decoded | null = null;
		let bestScore = -Infinity;
		for (const { history, node, blank, phone } of beam.hypotheses) {
			if (node.index !== 0) continue;
			const soundScore = logAdd(blank, phone);
			const score = soundScore + history.score + history.next.end;
			if (score > bestScore) {
				bestScore = score;
				best = { words: words(history), soundScore };
			}
		}
		return best;
	}

	/** Forgets histories that no hypothesis of the beam goes back to, so that an utterance may last for hours. */
	prune(beam: Beam): void {
		const alive = new Set<History>();
		for (const { history } of beam.hypotheses) {
			for (let h: History | null = history; h && !alive.has(h); h = h.previous) alive.add(h);
		}
		for (const { longer } of alive) {
			for (const [key, history] of longer) if (!alive.has(history)) longer.delete(key);
		}
	}

	/** Those within PRUNE of the best, scored. */
	private rank(grown: ReadonlyMap<number, Hypothesis>): Hypothesis[] {
		let best = -Infinity;
		const later: Hypothesis[] = [];
		for (const hypothesis of grown.values()) {
			const { history, node } = hypothesis;
			hypothesis.score = logAdd(hypothesis.blank, hypothesis.phone) + history.score;
			if (!history.isReady) later.push(hypothesis);
			else {
				hypothesis.score += history.next.below[node.index] ?? -Infinity;
				if (hypothesis.score > best) best = hypothesis.score;
			}
		}
		for (const hypothesis of later) {
			// Whatever its look-ahead may be, it could not stay: do not make one.
			if (hypothesis.score + this.vocabulary.mostAhead <= best - PRUNE) hypothesis.score = -Infinity;
			else {
				hypothesis.score += hypothesis.history.next.below[hypothesis.node.index] ?? -Infinity;
				if (hypothesis.score > best) best = hypothesis.score;
			}
		}
		return [...grown.values()].filter(({ score }) => score > best - PRUNE);
	}

	private extend(grown: Map<number, Hypothesis>, from: Hypothesis, row: Float32Array): void {
		const { history, node } = from;
		const either = logAdd(from.blank, from.phone);
		const last = node.index === 0 ? history.lastPhone : node.phone;
		const same = this.at(grown, history, node);
		same.blank = logAdd(same.blank, either + (row[BLANK] ?? -Infinity));
		if (last !== BLANK) same.phone = logAdd(same.phone, from.phone + (row[last] ?? -Infinity));
		for (const child of node.children) {
			const sound = row[child.phone] ?? -Infinity;
			if (sound < MIN_PHONE) continue;
			// The same phone twice is only two phones if a blank stands between.
			const score = (child.phone === last ? from.blank : either) + sound;
			if (score === -Infinity) continue;
			if (child.children.length > 0) {
				const within = this.at(grown, history, child);
				within.phone = logAdd(within.phone, score);
			}
			for (const word of child.words) {
				const after = this.at(grown, this.append(history, word, child.phone), this.vocabulary.tree.root);
				after.phone = logAdd(after.phone, score);
			}
		}
	}

	private at(grown: Map<number, Hypothesis>, history: History, node: TreeNode): Hypothesis {
		const key = history.id * this.vocabulary.tree.nodes.length + node.index;
		let hypothesis = grown.get(key);
		if (!hypothesis) {
			hypothesis = { history, node, blank: -Infinity, phone: -Infinity, score: -Infinity };
			grown.set(key, hypothesis);
		}
		return hypothesis;
	}

	private append(history: History, word: number, lastPhone: number): History {
		const key = lastPhone * this.vocabulary.words.length + word;
		let longer = history.longer.get(key);
		if (!longer) {
			const score = history.score + (history.next.words[word] ?? -Infinity);
			longer = new History(this.vocabulary, this.made++, history, word, lastPhone, score);
			history.longer.set(key, longer);
		}
		return longer;
	}
}

function words(history: History): number[] {
	const spoken: number[] = [];
	for (let h = history; h.previous; h = h.previous) spoken.push(h.word);
	return spoken.reverse();
}

function maximum(row: Float32Array): number {
	let best = -Infinity;
	for (const value of row) if (value > best) best = value;
	return best;
}
