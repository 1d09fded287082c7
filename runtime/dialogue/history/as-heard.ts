const WORD = /[\p{L}\p{N}]+/gu;
/** Marks that cling to the end of a word. */
const CLINGING = /^[^\p{L}\p{N}\s]*/u;

interface Word {
	readonly key: string;
	readonly start: number;
	/** Behind the marks that cling to it. */
	readonly end: number;
}

function wordsOf(text: string): Word[] {
	return Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
		const end = index + word.length;
		return { key: word.toLowerCase(), start: index, end: end + (CLINGING.exec(text.slice(end))?.[0].length ?? 0) };
	});
}

function isAt(words: readonly Word[], at: number, part: readonly Word[]): boolean {
	return part.every(({ key }, index) => words[at + index]?.key === key);
}

/** The first place in `heard`, from `from` on, from where on it says `said`: all of it, or its beginning. */
function find(heard: readonly Word[], from: number, said: readonly Word[]): number | undefined {
	for (let at = from; at < heard.length; at++) {
		if (isAt(heard, at, said.slice(0, heard.length - at))) return at;
	}
	return undefined;
}

/**
 * The messages of a turn as they were heard, given all that was heard of it in order; `rest` was heard behind the last.
 *
 * `heard` is in the form of what is written (see heardText), but space may differ, and the agent may have said what no
 * model wrote, or other words in the place of what it wrote; so they are compared by words. What is kept of a message is
 * its beginning, sign by sign, so that the model still finds it in its memory; what was said before it stands before it.
 */
export function asHeard(written: readonly string[], heard: string): { contents: string[]; rest: string } {
	const heardWords = wordsOf(heard);
	let from = 0;
	const between = (start: number, end: number): string => {
		const [first, last] = [heardWords[start], heardWords[end - 1]];
		// Marks before the first word of all, such as an opening quotation mark, belong to it.
		return first && last && start < end ? heard.slice(start === 0 ? 0 : first.start, last.end).trim() : '';
	};
	const contents = written.map((content) => {
		const said = wordsOf(content);
		const last = said.at(-1);
		if (!last) return from < heardWords.length ? content : '';
		const at = find(heardWords, from, said);
		if (at === undefined) return '';
		const before = between(from, at);
		from = Math.min(heardWords.length, at + said.length);
		const kept = from - at === said.length ? content : content.slice(0, said[from - at - 1]?.end ?? 0);
		return before === '' ? kept : `${before} ${kept}`;
	});
	return { contents, rest: between(from, heardWords.length) };
}
