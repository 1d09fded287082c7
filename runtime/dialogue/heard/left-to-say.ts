import { wordsOf } from './written-words';

/** So many words at the beginning of both are no accident. */
const SURELY_THE_SAME = 3;

/**
 * What of `text` has still to be said when its voice broke off and the caller had heard `heard`: the beginning of the
 * text, perhaps behind or around something else that was said with it ("one moment, please"). '' when all was heard.
 */
export function leftToSay(text: string, heard: string): string {
	const words = wordsOf(text);
	const heardKeys = wordsOf(heard).map(({ key }) => key);
	const count = heardOf(words.map(({ key }) => key), heardKeys);
	return text.slice(words[count - 1]?.end ?? 0).trim();
}

/** How many words of the text's beginning were heard. */
function heardOf(text: readonly string[], heard: readonly string[]): number {
	const atTheEnd = endsWithBeginning(heard, text);
	if (atTheEnd > 0) return atTheEnd;
	const first = text.findIndex((word, index) => word !== heard[index]);
	const same = first === -1 ? text.length : first;
	const behind = endsWithBeginning(heard.slice(same), text.slice(same));
	return same >= SURELY_THE_SAME || behind > 0 ? same + behind : 0;
}

/** The most words with which `text` begins and `heard` ends. */
function endsWithBeginning(heard: readonly string[], text: readonly string[]): number {
	for (let count = Math.min(heard.length, text.length); count > 0; count--) {
		const from = heard.length - count;
		if (text.slice(0, count).every((word, index) => word === heard[from + index])) return count;
	}
	return 0;
}
