import { TAG } from './orpheus-text';

/** A tag, a letter with its marks, or any other sign: what a text may be cut between. */
const SIGNS = new RegExp(`${TAG}|\\P{M}\\p{M}*|[^]`, 'giu');

/** One sign is one syllable: Chinese, Japanese, Korean. */
const SYLLABLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** A laugh takes up to three seconds. */
const TAG_LETTERS = 20;

/** How many letters of a word take as long to say. */
function weight(sign: string): number {
	if (sign.length > 2 && sign.startsWith('<')) return TAG_LETTERS;
	if (/\p{N}/u.test(sign)) return 4;
	if (SYLLABLE.test(sign)) return 3;
	// Most likely an abbreviation, said letter by letter.
	if (/\p{Lu}/u.test(sign)) return 2;
	return [...sign].length;
}

export interface Sign {
	readonly text: string;
	readonly letters: number;
}

/** The signs of a text, each with its length in letters of a word: what they take to be said. */
export function signsOf(text: string): Sign[] {
	return (text.match(SIGNS) ?? []).map((sign) => ({ text: sign, letters: weight(sign) }));
}

/** How long a text is, in letters of a word. */
export function lettersOf(text: string): number {
	return signsOf(text).reduce((sum, { letters }) => sum + letters, 0);
}
