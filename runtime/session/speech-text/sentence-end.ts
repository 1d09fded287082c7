/**
 * - `end`: a sentence ends after this mark;
 * - `inside`: it does not;
 * - `unknown`: that depends on text which is still to come.
 */
export type SentenceEnd = 'end' | 'inside' | 'unknown';

const TITLES = new Set(
	`dr mr mrs ms prof st sr jr vs e.g i.e cf fig approx dept est gen col sgt capt rev hon mt ft
	jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun`.split(/\s+/),
);

/** "No. 5" goes on, "No. That is wrong." does not. */
const NEVER_BEFORE_A_NUMBER = new Set(['no', 'nos', 'p', 'pp', 'vol', 'art', 'sec']);

const CLOSING = /["'\u201d\u2019)\]*_]/;
const WIDE_MARK = /[\u3002\uff01\uff1f]/;

const wordBefore = (text: string, dot: number): string =>
	/[\p{L}.]*$/u.exec(text.slice(0, dot))?.[0].toLowerCase() ?? '';

const dotEnds = (text: string, dot: number, next: string): boolean => {
	const lineStart = text.lastIndexOf('\n', dot) + 1;
	const line = text.slice(lineStart, dot).trim();
	if (/^\d{1,3}$/.test(line)) return false;
	const word = wordBefore(text, dot);
	if (TITLES.has(word)) return false;
	// An initial ("J. Smith"); "I" is rather the end of "so do I.".
	if (/(?:^|[\s(])\p{Lu}$/u.test(text.slice(Math.max(0, dot - 2), dot)) && word !== 'i') return false;
	if (/\d/.test(next) && NEVER_BEFORE_A_NUMBER.has(word)) return false;
	return !/\p{Ll}/u.test(next);
};

/**
 * Does a sentence end with the mark at `at`? `done`: no more text will come. The second figure is where
 * the sentence ends, closing quotes and brackets included.
 */
export const sentenceEnd = (text: string, at: number, done: boolean): [SentenceEnd, number] => {
	const mark = text.charAt(at);
	let end = at + 1;
	while (/[.?!\u2026\u3002\uff01\uff1f]/.test(text.charAt(end))) end++;
	const ellipsis = /(?:\.\.|\u2026)$/.test(text.slice(at, end));
	while (CLOSING.test(text.charAt(end))) end++;

	if (WIDE_MARK.test(mark)) return [end < text.length || done ? 'end' : 'unknown', end];
	if (end === text.length) return [done ? 'end' : 'unknown', end];
	if (!/\s/.test(text.charAt(end))) return ['inside', end];
	if (/^[^\S\n]*\n/.test(text.slice(end))) return [dotEnds(text, at, '') ? 'end' : 'inside', end];

	const next = text.slice(end).trimStart().charAt(0);
	if (next === '') return [done ? 'end' : 'unknown', end];
	if (ellipsis) return [/\p{Ll}|\d/u.test(next) ? 'inside' : 'end', end];
	if (mark === '.') return [dotEnds(text, at, next) ? 'end' : 'inside', end];
	return [/\p{Ll}/u.test(next) ? 'inside' : 'end', end];
};
