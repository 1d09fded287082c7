import { speakableIn } from '../../../runtime/speech-text/speakable';

const speakable = speakableIn('en');

/** The words that are said for a text: figures spelled out, marks and case gone. */
export function wordsOf(text: string): string[] {
	return speakable(text).toLowerCase().replace(/[^\p{L}\s]/gu, ' ').split(/\s+/u).filter((word) => word !== '');
}

/** Of said and heard texts: words wrong, lost or added, as a share of the words said. */
export function wordErrorRate(pairs: readonly (readonly [said: string, heard: string])[]): number {
	let wrong = 0;
	let said = 0;
	for (const [text, heard] of pairs) {
		const words = wordsOf(text);
		wrong += distance(words, wordsOf(heard));
		said += words.length;
	}
	return wrong / said;
}

/** Levenshtein's, in words. */
function distance(from: readonly string[], to: readonly string[]): number {
	let row = Array.from({ length: to.length + 1 }, (_, at) => at);
	for (const [at, word] of from.entries()) {
		const next = [at + 1];
		for (const [other, candidate] of to.entries()) {
			next.push(Math.min((next[other] ?? 0) + 1, (row[other + 1] ?? 0) + 1, (row[other] ?? 0) + (word === candidate ? 0 : 1)));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}
