import { codeDigits } from './codes';
import { AMOUNT, NUMBER_END, NUMBER_START, pattern } from './number-patterns';
import { amountWords, cardinal, digitWords, groupedDigits, ordinal } from './number-words';

const ORDINAL = pattern(String.raw`${NUMBER_START}(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:st|nd|rd|th)(?![\p{L}\p{N}])`, 'i');
/** "2M views", "1.5B"; but at 221B Baker Street nobody counts. */
const THOUSANDS = pattern(String.raw`${NUMBER_START}(${AMOUNT})(k|bn|[MB](?=\s\p{Ll}{2})|(?<=\.\d{1,15})[MB])(?![\p{L}\p{N}])`);
const THOUSANDS_WORD: Record<string, string> = { k: 'thousand', M: 'million', B: 'billion', bn: 'billion' };
/** 1 000 000 and 1.000.000. */
const SPACED = pattern(String.raw`${NUMBER_START}([1-9]\d{0,2}(?: \d{3}){2,4}|[1-9]\d{0,2}(?:\.\d{3}){2,4})${NUMBER_END}(?! \d)`);
const SIGNED = /(?<![\p{L}\p{N}.,)])([-\u2212+]) ?(?=\.?\d)/gu;
const AMOUNTS = pattern(String.raw`${NUMBER_START}(?:${AMOUNT}|\.\d{1,15})${NUMBER_END}`);
/** A figure that is not one of the above: 1,2,3 or 007 or forty digits, with or without letters beside it. */
const DIGITS = /\d+/g;

const TIGHT_COMMA = /(?<=\d),(?=\d)/g;
const TIGHT_DOT = /(?<=\d)\.(?=\d)/g;

/** A letter beside a digit: 4K, n8n. */
const BESIDE = /(?<=\d)(?=\p{L})|(?<=\p{L})(?=\d)/gu;

/** Whatever figures are left: 1,234,567; 3.14; -5; 22nd; 10k; 007; 4K. Nothing with a digit in it is left after this. */
export function sayNumbers(text: string): string {
	return text
		.replace(ORDINAL, (_found, digits: string) => ordinal(digits.replace(/,/g, '')))
		.replace(SPACED, (_found, digits: string) => cardinal(digits.replace(/[ .]/g, '')))
		.replace(THOUSANDS, (_found, amount: string, letter: string) => `${amountWords(amount)} ${THOUSANDS_WORD[letter]}`)
		.replace(SIGNED, (_found, sign: string) => (sign === '+' ? 'plus ' : 'minus '))
		.replace(BESIDE, ' ')
		.replace(AMOUNTS, (amount) => (/^0\d/.test(amount) ? withLeadingZero(amount) : amountWords(amount)))
		.replace(TIGHT_COMMA, ', ')
		.replace(TIGHT_DOT, ' point ')
		.replace(DIGITS, (digits) => (digits.length > 3 ? groupedDigits(digits) : codeDigits(digits)));
}

/** 007, 0132.5. */
function withLeadingZero(amount: string): string {
	const [whole = '', decimals] = amount.replace(/,/g, '').split('.');
	return `${groupedDigits(whole)}${decimals === undefined ? '' : ` point ${digitWords(decimals)}`}`;
}

/** "1. Book it" -> "one: Book it": the number with a short pause, not as a sentence of its own. */
export function sayListNumber(line: string): string {
	return line.replace(/^(\s?)(\d{1,2})[.)] (?=\S)/, (_found, space: string, digits: string) => `${space}${cardinal(digits)}: `);
}

/** 1-2-3: no range, but a row. */
const ROW = /(?<![\p{L}\p{N}.,-])\d{1,4}(?:[-\u2013]\d{1,4}){2,12}(?![\p{L}\p{N}-])/gu;
const SUM = /(?<=\d) ?[-\u2013\u2212] ?(?=\d{1,15}(?:\.\d{1,15})? ?=)/gu;
const RANGE = /(?<=\d%?|noon|midnight|\d(?:st|nd|rd|th)|\d\s?[ap]\.?m\.?|[\u20ac\u00a3$\u00b0]|\d\s?[kKmMgG]?[gmBbC])(\s?)[-\u2013\u2014]\1(?=[$\u20ac\u00a3]?\d)/gu;

/**
 * 9-5 -> 9 to 5; 10–12 km -> 10 to 12 km; 5 - 3 = 2 -> 5 minus 3 = 2. The figures stay for others to say.
 * After dates and phone numbers: theirs are no ranges.
 */
export function sayRanges(text: string): string {
	return text
		.replace(ROW, (row) => row.replace(/[-\u2013]/g, ', '))
		.replace(SUM, ' minus ')
		.replace(RANGE, ' to ');
}

const VALUES: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100 };
/** Properly written, up to 399; "MIX" and "CIVIL" are words. */
const WELL_FORMED = /^C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;

const RULER = String.raw`(Henry|Charles|Louis|George|Edward|Richard|James|William|Elizabeth|Mary|Catherine|Philip|Ferdinand|Frederick|Friedrich|Wilhelm|Napoleon|Nicholas|Alexander|Peter|Paul|Pius|Benedict|Gregory|Francis|Leo|Clement|Innocent|Urban|Ramesses|Ptolemy|Otto|Harald|Haakon|Carl|Gustav|Christian|Felipe|Alfonso|Juan Carlos|Margrethe|Rama)`;
const TITLED = String.raw`(?:King|Queen|Pope|Emperor|Tsar|Prince) \p{Lu}\p{L}{1,20}`;
const PART = String.raw`(Chapter|Part|Volume|Vol|Book|Act|Scene|Section|Article|Appendix|Title|Phase|Stage|Level|Type|Class|Grade|Unit|War|Bowl|Olympiad|Mark|Step)`;
const NUMERAL = String.raw`([IVXLC]{1,9})`;
/** "Part I like" and "Elizabeth I know" have a pronoun; a single letter before another one is spelled. */
const NO_PRONOUN = String.raw`(?![\p{L}\p{N}_-]|['\u2019](?!s(?!\p{L})))(?!(?<=\b[IVX]) (?!(?:of|and|to|was|is|to|or|in)\b)[\p{Ll}\p{Lu}])`;

const AFTER_RULER = new RegExp(String.raw`(?<![\p{L}\p{N}])((?:${RULER}|${TITLED}) )${NUMERAL}${NO_PRONOUN}`, 'gu');
const AFTER_PART = new RegExp(String.raw`(?<![\p{L}\p{N}])(${PART} )${NUMERAL}${NO_PRONOUN}`, 'gu');

function valueOf(numeral: string): number {
	return Array.from(numeral).reduce((sum, sign, at) => {
		const value = VALUES[sign] ?? 0;
		return sum + (value < (VALUES[numeral.charAt(at + 1)] ?? 0) ? -value : value);
	}, 0);
}

/** Henry VIII -> Henry the eighth; Chapter IV -> Chapter four. Nowhere else: "I" and "MIX" are words. */
export function sayRomanNumerals(text: string): string {
	return text
		.replace(/(?<![\p{L}\p{N}])WW(I{1,2})(?![\p{L}\p{N}])/gu, 'World War $1')
		.replace(AFTER_RULER, (found, name: string, _known: string | undefined, numeral: string) =>
			WELL_FORMED.test(numeral) ? `${name}the ${ordinal(String(valueOf(numeral)))}` : found,
		)
		.replace(AFTER_PART, (found, part: string, _word: string, numeral: string) =>
			WELL_FORMED.test(numeral) ? `${part}${cardinal(String(valueOf(numeral)))}` : found,
		);
}

/** Of these people say parts; 7/10 is rather seven out of ten, 11/22 is nothing that a rule could know. */
const PARTS: Record<string, readonly [string, string]> = { 2: ['half', 'halves'], 4: ['quarter', 'quarters'] };
const FRACTION_OF = new Set(['2', '3', '4', '5', '6', '8', '16', '32']);
const SCORE_OF = new Set(['10', '100']);

const SIGNS: Record<string, string> = {
	'\u00bd': '1/2',
	'\u2153': '1/3',
	'\u2154': '2/3',
	'\u00bc': '1/4',
	'\u00be': '3/4',
	'\u2155': '1/5',
	'\u2156': '2/5',
	'\u2157': '3/5',
	'\u2158': '4/5',
	'\u2159': '1/6',
	'\u215b': '1/8',
	'\u215c': '3/8',
	'\u215d': '5/8',
	'\u215e': '7/8',
};
const SIGN = new RegExp(`(?<=(\\d)?)[${Object.keys(SIGNS).join('')}]`, 'gu');

const FRACTION = /(?<![\p{L}\p{N}.,/$\u20ac\u00a3-])(?:(\d{1,4}) )?(\d{1,3})\s?[/\u2044]\s?(\d{1,3})(?![\p{L}\p{N}/]|[.,]\d)/gu;

/** "3.5/5", "rated 4/5", "4/5 stars". */
const RATING =
	/(?<![\p{L}\p{N}.,/$\u20ac\u00a3-])(?:(\d{1,3}\.\d{1,2})|(?<=\b(?:rated|rating|scored?|score of|rating of) )(\d{1,3})|(\d{1,3})(?=\/\d{1,3} (?:stars?|points?)(?!\p{L})))\/(\d{1,3})(?![\p{L}\p{N}/]|[.,]\d)/gu;

function partsOf(count: string, of: string): string | undefined {
	if (!FRACTION_OF.has(of) || Number(count) >= Number(of) || Number(count) === 0) return undefined;
	const [one, many] = PARTS[of] ?? [ordinal(of), `${ordinal(of)}s`];
	return Number(count) === 1 ? `one ${one}` : `${cardinal(count)} ${many}`;
}

function withArticle(part: string): string {
	return part === 'one half' ? 'a half' : part === 'one quarter' ? 'a quarter' : part;
}

/** 1/2 -> one half; 2 3/4 -> two and three quarters; 7/10 -> seven out of ten; 24/7 -> twenty-four seven. */
export function sayFractions(text: string): string {
	return text
		.replace(SIGN, (sign, figure: string | undefined) => `${figure === undefined ? '' : ' '}${SIGNS[sign]}`)
		.replace(/(?<![\p{L}\p{N}.,/])24[/x]7(?![\p{L}\p{N}/])/gu, 'twenty-four seven')
		.replace(/(?<![\p{L}\p{N}.,/])50\/50(?![\p{L}\p{N}/])/gu, 'fifty-fifty')
		.replace(RATING, (_found, exact: string | undefined, rated: string | undefined, points: string | undefined, of: string) =>
			`${amountWords(exact ?? rated ?? points ?? '')} out of ${cardinal(of)}`,
		)
		.replace(FRACTION, (found, whole: string | undefined, above: string, below: string) => {
			const parts = partsOf(above, below);
			if (parts !== undefined) return whole === undefined ? parts : `${cardinal(whole)} and ${withArticle(parts)}`;
			const first = whole === undefined ? '' : `${whole} `;
			return SCORE_OF.has(below) ? `${first}${cardinal(above)} out of ${cardinal(below)}` : found;
		});
}
