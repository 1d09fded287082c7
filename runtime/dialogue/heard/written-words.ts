
/** A word with the marks that cling to it; in scripts without spaces, one sign. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}][^\p{L}\p{N}\s]*|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+/gu;

export interface Word {
	readonly start: number;
	/** Its letters and digits. */
	readonly key: string;
	/** Behind the marks that cling to it. */
	readonly end: number;
}

/** The words that a text has; marks between spaces are none. */
export function wordsOf(text: string): Word[] {
	return Array.from(text.matchAll(WORD), (match) => ({
		key: match[0].toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''),
		start: match.index,
		end: match.index + match[0].length,
	})).filter(({ key }) => key !== '');
}

/** Pairs of words that are the same in both, in order, as many as can be (a longest common subsequence). */
function commonWords(written: readonly Word[], spoken: readonly Word[]): Array<[number, number]> {
	const longest = Array.from({ length: written.length + 1 }, () => new Uint16Array(spoken.length + 1));
	const at = (row: number, column: number): number => longest[row]?.[column] ?? 0;
	for (const [row, line] of [...longest.entries()].slice(0, written.length).reverse()) {
		for (let column = spoken.length - 1; column >= 0; column--) {
			const same = written[row]?.key === spoken[column]?.key;
			line[column] = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
		}
	}
	const pairs: Array<[number, number]> = [];
	for (let row = 0, column = 0; row < written.length && column < spoken.length; ) {
		if (written[row]?.key === spoken[column]?.key) pairs.push([row++, column++]);
		else if (at(row + 1, column) >= at(row, column + 1)) row++;
		else column++;
	}
	return pairs;
}

/**
 * How many words must have been heard of what is spoken before each word of what is written was heard. Words
 * that are the same in both hold the two together; what stands between them ("$3.50", "three dollars and fifty
 * cents") is shared out by length, and a written word counts only when all of its share was heard.
 */
function neededFor(written: readonly Word[], spoken: readonly Word[]): number[] {
	const needed: number[] = [];
	let [row, column] = [0, 0];
	for (const [nextRow, nextColumn] of [...commonWords(written, spoken), [written.length, spoken.length] as const]) {
		const between = written.slice(row, nextRow);
		const letters = between.reduce((sum, { key }) => sum + key.length, 0);
		let passed = 0;
		for (const { key } of between) {
			passed += key.length;
			needed.push(column + Math.ceil(((nextColumn - column) * passed) / letters));
		}
		if (nextRow < written.length) needed.push(nextColumn + 1);
		[row, column] = [nextRow + 1, nextColumn + 1];
	}
	return needed;
}

/** The beginning of `written` that was heard when the first `heard` words of `spoken` were. */
export function writtenOf(written: string, spoken: string, heard: number): string {
	if (heard === 0) return '';
	const said = wordsOf(spoken);
	if (heard >= said.length) return written;
	const words = wordsOf(written);
	const count = neededFor(words, said).filter((needed) => needed <= heard).length;
	return written.slice(0, words[count - 1]?.end ?? 0);
}
