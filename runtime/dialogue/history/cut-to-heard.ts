const WORD = /[\p{L}\p{N}]+/gu;

function wordsOf(text: string): string[] {
	return text.toLowerCase().match(WORD) ?? [];
}

function isAt(words: readonly string[], at: number, part: readonly string[]): boolean {
	return part.every((word, index) => words[at + index] === word);
}

/** The first place in `heard`, from `from` on, from where on it says `said`: all of it, or its beginning. */
function find(heard: readonly string[], from: number, said: readonly string[]): number | undefined {
	for (let at = from; at < heard.length; at++) {
		if (isAt(heard, at, said.slice(0, heard.length - at))) return at;
	}
	return undefined;
}

/** The first `count` words of a text, with the marks that cling to the last of them. */
function firstWords(text: string, count: number): string {
	let left = count;
	for (const match of text.matchAll(WORD)) {
		if (--left > 0) continue;
		const end = match.index + match[0].length;
		return text.slice(0, end) + (/^[^\p{L}\p{N}\s]*/u.exec(text.slice(end))?.[0] ?? '');
	}
	return text;
}

/**
 * What of each message was heard, given all that was heard of them in order.
 *
 * `heard` is in the form of what is written (see heardText), but space may differ, and between two messages the
 * agent may have said what no model wrote ("one moment, please"); so they are compared by words. What is kept
 * of a message is its beginning, sign by sign: the model still finds it in its memory.
 */
export function cutToHeard(written: readonly string[], heard: string): string[] {
	const heardWords = wordsOf(heard);
	let from = 0;
	return written.map((content) => {
		const said = wordsOf(content);
		if (said.length === 0) return from < heardWords.length ? content : '';
		const at = find(heardWords, from, said);
		if (at === undefined) return '';
		from = Math.min(heardWords.length, at + said.length);
		const count = from - at;
		return count === said.length ? content : firstWords(content, count);
	});
}
