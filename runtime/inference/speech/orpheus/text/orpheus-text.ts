/** What Orpheus makes a sound of instead of reading it. */
const EMOTION_TAGS = ['laugh', 'chuckle', 'sigh', 'cough', 'sniffle', 'groan', 'yawn', 'gasp'] as const;

/** For a pattern's source: one emotion tag, however it is written. */
export const TAG = `<(?:${EMOTION_TAGS.join('|')})>`;

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
