import { wordsOf } from './written-words';

/** What one unit of weight takes at a voice's own pace: the median of 160 utterances of flite. */
export const WEIGHT_MS = 48;

/**
 * How long words take to say, in units of about one letter; chosen to fit flite (see heardText).
 *
 * Letters are a fair measure of time. What they miss is that every word has a beginning and an end, that a word
 * is drawn out before a pause, that those which only hold a sentence together are hurried over, that a digit is a
 * whole word, and that a word of Chinese, Japanese or Korean is one or two signs.
 */
const PER_WORD = 2.5;
const LIGHT = 0.7;
const DRAWN_OUT = 2.25;
/** 130 ms or so, as voices trim the silence around a sentence. */
const PAUSE = 2.25;
const DIGIT = 4;
const WIDE_SIGN = 3;

const LIGHT_WORDS = new Set(
	'a an the to of and is in at on you your i it we for by with or as be are was have has will can do from that this'.split(' '),
);
const PAUSE_MARK = /[,;:.?!\u2014\u2026\u3001\uff0c\u3002\uff01\uff1f\u0964]/;
const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const WIDE_WITHOUT_SPACES = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function signWeight(sign: string): number {
	if (/\p{N}/u.test(sign)) return DIGIT;
	return WIDE.test(sign) ? WIDE_SIGN : 1;
}

function wordWeight(key: string): number {
	const signs = Array.from(key).reduce((sum, sign) => sum + signWeight(sign), 0);
	if (WIDE_WITHOUT_SPACES.test(key)) return signs;
	return (signs + PER_WORD) * (LIGHT_WORDS.has(key) ? LIGHT : 1);
}

/** `ends`: how much of the `total` has been said when each word (of wordsOf) has; the pause after it has not. */
function weigh(text: string): { readonly ends: readonly number[]; readonly total: number } {
	const words = wordsOf(text);
	const ends: number[] = [];
	let total = 0;
	words.forEach(({ key, start }, index) => {
		const untilNext = text.slice(start, words[index + 1]?.start);
		const pauses = PAUSE_MARK.test(/[^\p{L}\p{N}]*$/u.exec(untilNext)?.[0] ?? '');
		total += wordWeight(key) + (pauses ? DRAWN_OUT : 0);
		ends.push(total);
		if (pauses) total += PAUSE;
	});
	return { ends, total };
}

export function speechWeight(text: string): number {
	return weigh(text).total;
}

/** After what share (0..1) of the time that a text takes each of its words has been said. */
export function wordShares(text: string): number[] {
	const { ends, total } = weigh(text);
	return ends.map((end) => end / total);
}
