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
