import { digitWords, groupedDigits, pairWords } from './number-words';

const START = String.raw`(?<![\p{L}\p{N}_+]|\p{N}[.,/-]|\p{L}-)`;
const END = String.raw`(?![\p{L}\p{N}_]|[.,/:-]\d)`;
const GAP = String.raw`[ .\-/\u2010\u2011\u2013]`;

/** +1 415 555 0132, +44 (0)20 7946 0958. */
const INTERNATIONAL = new RegExp(String.raw`${START}\+\d{1,15}(?:${GAP}?\(\d{1,5}\))?(?:${GAP}{0,2}\d{2,12}){0,6}${END}`, 'gu');
/** (415) 555-0132, 415-555-0132, 1-800-555-0132. */
const AMERICAN = new RegExp(String.raw`${START}(?:1${GAP})?(?:\(\d{3}\)${GAP}?|\d{3}${GAP})\d{3}${GAP}\d{4}${END}`, 'gu');
const BRACKETED = new RegExp(String.raw`${START}\(0\d{1,5}\)${GAP}?\d{2,8}(?:${GAP}\d{2,8}){0,4}${END}`, 'gu');
/** 0800 123456, 020 7946 0958. */
const NATIONAL = new RegExp(String.raw`${START}0\d{1,5}(?:${GAP}\d{2,8}){1,5}${END}`, 'gu');
/** Four groups and more are no number, but a card's or a bank account's. */
const MANY_GROUPS = new RegExp(String.raw`${START}\d{2,4}(?:[ -]\d{2,4}){3,9}${END}`, 'gu');
/** After a word that announces one, any 5 to 15 digits. */
const ANNOUNCED = new RegExp(
	String.raw`(?<=\b(?:call|dial|text|ring|phone|tel|telephone|mobile|cell|fax|whatsapp)(?: (?:me|us|him|her|them|number|is|on|at|now|line)){0,3}:? )\d{2,15}(?:[ -]\d{2,12}){0,5}${END}`,
	'giu',
);
/** 555-0132: a range would rarely begin so, or end with a zero in front. */
const LOCAL = new RegExp(String.raw`${START}(?:555-\d{4}|\d{3}-0\d{3})${END}`, 'gu');

/** 1-800-FLOWERS. */
const LETTERED = /(?<![\p{L}\p{N}.,/-])(?:1-)?(8\d{2}|900)-([A-Z]{2,}(?:-[A-Z]+){0,3})(?![\p{L}\p{N}])/gu;
const SHORT = /(?<=\b(?:call|dial|ring|text)(?: \d{3} or)? )(?:[1-9]11|112|999|988|101|000)(?![\p{L}\p{N}]|[.,:/-]\p{N})|(?<![\p{L}\p{N}.,:$\u20ac\u00a3/-])911(?![\p{L}\p{N}%]|[.,:/-]\p{N})/giu;
/** Text STOP to 55555. */
const SHORT_CODE = /(?<=\b[Tt]ext \p{L}{1,20} to )\d{5,6}(?![\p{L}\p{N}])/gu;

function digitCount(text: string): number {
	return text.replace(/\D/g, '').length;
}

/** Country codes of one digit; of the rest, two digits are right more often than three. */
function withoutGaps(digits: string): string[] {
	if (/^1\d{10}$/.test(digits)) return [digits.slice(0, 1), digits.slice(1, 4), digits.slice(4, 7), digits.slice(7)];
	if (/^7\d{10}$/.test(digits)) return [digits.slice(0, 1), digits.slice(1)];
	return digits.length > 7 ? [digits.slice(0, 2), digits.slice(2)] : [digits];
}

/** A group as it is written; a long one in groups of three. */
function group(digits: string): string {
	return digits.length <= 4 ? digitWords(digits) : groupedDigits(digits);
}

function said(written: string): string {
	const plus = written.startsWith('+');
	// "(0)" is dialled only inside the country: whoever hears the code as well would dial it wrongly.
	const groups = (plus ? written.replace(/\(0\)/, ' ') : written).match(/\d+/g) ?? [];
	const [only = ''] = groups;
	const split = groups.length > 1 ? groups : plus ? withoutGaps(only) : only.length === 10 ? [only.slice(0, 3), only.slice(3, 6), only.slice(6)] : groups;
	return `${plus ? 'plus ' : ''}${split.map(group).join(', ')}`;
}

function atLeast(digits: number) {
	return (found: string) => (digitCount(found) >= digits && digitCount(found) <= 40 ? said(found) : found);
}

/** Digit by digit, with a pause between the groups: (415) 555-0132 -> four one five, five five five, ... */
export function sayPhoneNumbers(text: string): string {
	return text
		.replace(LETTERED, (found, code: string, word: string) => `${found.startsWith('1-') ? 'one, ' : ''}${pairWords(code)}, ${word.replace(/-/g, ' ')}`)
		.replace(SHORT, digitWords)
		.replace(SHORT_CODE, groupedDigits)
		.replace(INTERNATIONAL, atLeast(7))
		.replace(AMERICAN, atLeast(10))
		.replace(BRACKETED, atLeast(6))
		.replace(NATIONAL, atLeast(7))
		.replace(MANY_GROUPS, atLeast(10))
		.replace(ANNOUNCED, atLeast(5))
		.replace(LOCAL, atLeast(7));
}
