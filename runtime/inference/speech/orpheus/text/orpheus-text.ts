/** What Orpheus makes a sound of instead of reading it. */
const EMOTION_TAGS = ['laugh', 'chuckle', 'sigh', 'cough', 'sniffle', 'groan', 'yawn', 'gasp'] as const;

/** For a pattern's source: one emotion tag, however it is written. */
const TAG = `<(?:${EMOTION_TAGS.join('|')})>`;

const ANY_TAG = new RegExp(TAG, 'gi');
/** A text may look like the model's own tokens, which would end or change the speech. */
const FOREIGN = /<custom_token_\d*>|<\|[^|]*\|>/g;

/**
 * The text as Orpheus should get it; '' where nothing in it can be said. It knows its tags in small letters only.
 * Very short and unpunctuated text makes it repeat itself, so a sentence gets an end.
 */
export function orpheusText(text: string): string {
	const trimmed = text
		.replace(FOREIGN, ' ')
		.replace(ANY_TAG, (tag) => tag.toLowerCase())
		.replace(/\s+/g, ' ')
		.trim();
	if (trimmed.search(ANY_TAG) < 0 && !/[\p{L}\p{N}]/u.test(trimmed)) return '';
	return /[\p{L}\p{N}]["'”’)\]]*$/u.test(trimmed) ? `${trimmed}.` : trimmed;
}

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
