import type { VoiceChoice } from '../voices/voice';

/** Orpheus's own names, by the language of the model that knows them. The first of a language is its best. */
const BY_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
	English: ['tara', 'leah', 'jess', 'leo', 'dan', 'mia', 'zac', 'zoe'],
	French: ['pierre', 'amelie', 'marie'],
	German: ['jana', 'thomas', 'max'],
	Spanish: ['javi', 'sergio', 'maria'],
	Italian: ['pietro', 'giulia', 'carlo'],
	Hindi: ['ऋतिका'],
	Korean: ['유나', '준서'],
	Chinese: ['长乐', '白芷'],
};

const titled = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const ORPHEUS_VOICES: readonly VoiceChoice[] = Object.entries(BY_LANGUAGE).flatMap(([language, names]) =>
	names.map((value) => ({ value, name: `${titled(value)} (${language})` })),
);

/** What Orpheus makes a sound of instead of reading it. */
export const EMOTION_TAGS = ['laugh', 'chuckle', 'sigh', 'cough', 'sniffle', 'groan', 'yawn', 'gasp'] as const;
/** A text may look like the model's own tokens, which would end or change the speech. */
const FOREIGN = /<custom_token_\d*>|<\|[^|]*\|>/g;
const TAG = new RegExp(`<(?:${EMOTION_TAGS.join('|')})>`, 'gi');

/**
 * The text as Orpheus should get it; '' where nothing in it can be said. Very short and unpunctuated text makes
 * it repeat itself, so a sentence gets an end.
 */
export function orpheusText(text: string): string {
	const trimmed = text.replace(FOREIGN, ' ').replace(/\s+/g, ' ').trim();
	const hasTag = trimmed.search(TAG) >= 0;
	if (!hasTag && !/[\p{L}\p{N}]/u.test(trimmed)) return '';
	return /[\p{L}\p{N}]["'”’)\]]*$/u.test(trimmed) ? `${trimmed}.` : trimmed;
}
