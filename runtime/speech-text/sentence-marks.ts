/** Latin and Arabic marks: a sentence ends only if space follows. */
const SPACED_MARK = /[.?!\u2026\u061f\u06d4]/;

/** Chinese and Japanese full stops, the Indian danda: no space needed. */
const WIDE_MARK = /[\u3002\uff01\uff1f\uff61\u0964\u0965\u104b\u17d4]/;

/** Quotes, brackets and Markdown that close after the mark. */
const CLOSING = /["'\u201d\u2019\u00bb\u300d\u300f\u3011\uff09)\]*_]/;

const CLAUSE_MARK = /[,;:\u2014\u060c\u061b]/;
const WIDE_CLAUSE_MARK = /[\uff0c\u3001\uff1b\uff1a]/;

/** Scripts without spaces, in which one sign is about a third of a word's time. */
const WIDE_LETTER = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

export const isWideMark = (sign: string): boolean => WIDE_MARK.test(sign);
export const isSentenceMark = (sign: string): boolean => SPACED_MARK.test(sign) || WIDE_MARK.test(sign);
export const isClosing = (sign: string): boolean => CLOSING.test(sign);
export const isClauseMark = (sign: string): boolean => CLAUSE_MARK.test(sign);
export const isWideClauseMark = (sign: string): boolean => WIDE_CLAUSE_MARK.test(sign);
export const isWideLetter = (sign: string): boolean => WIDE_LETTER.test(sign);
