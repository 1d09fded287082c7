import { speakable } from '../speech-text';

const WORD = /[\p{L}\p{N}]+/gu;

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? [];

const isAt = (words: readonly string[], at: number, part: readonly string[]): boolean =>
	part.every((word, index) => words[at + index] === word);

/** The first place in `heard`, from `from` on, from where on it says `said`: all of it, or its beginning. */
const find = (heard: readonly string[], from: number, said: readonly string[]): number | undefined => {
	for (let at = from; at < heard.length; at++) {
		if (isAt(heard, at, said.slice(0, heard.length - at))) return at;
	}
	return undefined;
};

/** The first `count` words of a text, with the marks that close them. */
const firstWords = (text: string, count: number): string => {
	let left = count;
	for (const match of text.matchAll(WORD)) {
		if (--left > 0) continue;
		const end = match.index + match[0].length;
		return text.slice(0, end) + (/^[.?!]["'\u201d)]*/.exec(text.slice(end))?.[0] ?? '');
	}
	return text;
};

/**
 * What of each message was heard, given all that was heard of them in order.
 *
 * Compared by words: what is spoken has lost its Markdown, and between two messages the agent may have
 * said what no model wrote ("one moment, please"). A message heard whole keeps the form it was written in,
 * so that the model still finds it in its memory.
 */
export const cutToHeard = (written: readonly string[], heard: string): string[] => {
	const heardWords = wordsOf(heard);
	let from = 0;
	return written.map((content) => {
		const spoken = speakable(content);
		const said = wordsOf(spoken);
		if (said.length === 0) return from < heardWords.length ? content : '';
		const at = find(heardWords, from, said);
		if (at === undefined) return '';
		from = Math.min(heardWords.length, at + said.length);
		const count = from - at;
		return count === said.length ? content : firstWords(spoken, count);
	});
};
