/** What one unit of weight takes at a voice's own pace: the median of 72 utterances of flite. */
export const MS_PER_WEIGHT = 55;

/**
 * How long a text takes to say, in units of about one letter.
 *
 * Letters are a fair measure of time; what they miss is that a digit is a whole word, that a mark is a
 * pause (200 ms, as voices trim the silence around a sentence), and that a word of Chinese or Japanese is
 * one or two signs.
 */
const weightOf = (sign: string): number => {
	if (/\p{L}/u.test(sign)) return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(sign) ? 3 : 1;
	if (/\p{N}/u.test(sign)) return 4;
	if (/[,;:.?!\u2014\u2026\u3001\uff0c\u3002\uff01\uff1f]/.test(sign)) return 4;
	return /\s/.test(sign) ? 1 : 0;
};

export const speechWeight = (text: string): number => {
	let weight = 0;
	for (const sign of text) weight += weightOf(sign);
	return weight;
};
