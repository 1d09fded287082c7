import { ordinal, yearWords } from './number-words';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** "may" and "march" in small letters are mostly verbs. */
const MONTH = String.raw`(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|january|february|april|june|july|august|september|october|november|december)`;
const DAY = String.raw`(0?[1-9]|[12]\d|3[01])`;
const YEAR = String.raw`(1\d{3}|20\d{2})`;
const START = String.raw`(?<![\p{L}\p{N}.,/:$\u20ac\u00a3-])`;
const END = String.raw`(?![\p{L}\p{N}%\u00b0]|[.,:/-]\d)`;
const ISO_TIME = String.raw`(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)`;

const ISO = new RegExp(String.raw`${START}(\d{4})-(\d{2})-(\d{2})${ISO_TIME}?(?![\p{L}\p{N}-])`, 'gu');
const NUMERIC = new RegExp(String.raw`${START}(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})${END}`, 'gu');
const DAY_AND_MONTH = new RegExp(String.raw`(?<=\b(?:on|by|until|till|before|after|since|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day),? )(\d{1,2})/(\d{1,2})${END}`, 'gu');
/** 01/2027, 2027-01. */
const NUMERIC_MONTH = new RegExp(String.raw`${START}(0?[1-9]|1[0-2])/(20\d{2})(?![\p{L}\p{N}/]|[.,:-]\d)`, 'gu');
const ISO_MONTH = new RegExp(String.raw`${START}(20\d{2})-(0[1-9])${END}`, 'gu');
const MONTH_DAY = new RegExp(
	String.raw`${START}${MONTH}\.? ${DAY}(?:st|nd|rd|th)?(?:\s?[-\u2013]\s?${DAY}(?:st|nd|rd|th)?)?${END}(?:,? ${YEAR}${END})?`,
	'gu',
);
const DAY_MONTH = new RegExp(String.raw`${START}(the )?${DAY}(?:st|nd|rd|th)? (of )?${MONTH}(?![\p{L}\p{N}])(?:\.(?= ?\d))?(?:,? ${YEAR}${END})?`, 'gu');
const MONTH_YEAR = new RegExp(String.raw`${START}${MONTH}(?:\.|,| of)? ${YEAR}${END}`, 'gu');

/** Jan-Mar; Jan 5 – Feb 3. */
const MONTH_RANGE = new RegExp(String.raw`${START}${MONTH}\.?\s?[-\u2013]\s?${MONTH}\b(?!\.? ?\d)\.?`, 'gu');
const BETWEEN_DATES = new RegExp(String.raw`(?<=${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?(?:, \d{4})?)\s?[-\u2013]\s?(?=${MONTH}\.? \d)`, 'gu');

const monthNamed = (written: string): string =>
	MONTHS.find((month) => month.toLowerCase().startsWith(written.slice(0, 3).toLowerCase())) ?? written;

const inYear = (year: string | undefined): string => (year === undefined ? '' : `, ${yearWords(year)}`);

/** undefined where there is no such day. */
const dayOf = (month: string, day: string, year?: string): string | undefined => {
	const name = MONTHS[Number(month) - 1];
	if (name === undefined || Number(day) < 1 || Number(day) > 31) return undefined;
	return `${name} ${ordinal(day)}${inYear(year)}`;
};

/** 21 to 99 in a short year are of this century, unless that would be far ahead. */
const fullYear = (year: string): string => (year.length === 4 ? year : `${Number(year) < 70 ? 20 : 19}${year}`);

const inRange = (year: string): boolean => /^(?:1\d|20)\d\d$/.test(year);

/**
 * 2026-11-22, 11/22/2026, 22.11.2026, Nov 22, 22 November, June 2026: the day as an ordinal, the year as one.
 * `dayFirst`: 3/4/2026 is in April, as it is everywhere but in the United States.
 */
export const sayDates = (text: string, dayFirst = false): string =>
	text
		.replace(MONTH_RANGE, (_found, first: string, last: string) => `${monthNamed(first)} to ${monthNamed(last)}`)
		.replace(BETWEEN_DATES, ' to ')
		.replace(ISO, (found, year: string, month: string, day: string, time: string | undefined) => {
			const date = inRange(year) ? dayOf(month, day, year) : undefined;
			if (date === undefined) return found;
			return time === undefined ? date : `${date} at ${time}`;
		})
		.replace(NUMERIC, (found, first: string, mark: string, second: string, written: string) => {
			const year = fullYear(written);
			if (!inRange(year) || (mark !== '/' && written.length === 2)) return found;
			const dayComesFirst = mark === '.' || Number(first) > 12 || (dayFirst && Number(second) <= 12);
			return (dayComesFirst ? dayOf(second, first, year) : dayOf(first, second, year)) ?? found;
		})
		.replace(NUMERIC_MONTH, (_found, month: string, year: string) => `${MONTHS[Number(month) - 1]} ${yearWords(year)}`)
		.replace(ISO_MONTH, (_found, year: string, month: string) => `${MONTHS[Number(month) - 1]} ${yearWords(year)}`)
		.replace(DAY_AND_MONTH, (found, first: string, second: string) => {
			const dayComesFirst = Number(first) > 12 || (dayFirst && Number(second) <= 12);
			return (dayComesFirst ? dayOf(second, first) : dayOf(first, second)) ?? found;
		})
		.replace(MONTH_DAY, (_found, month: string, day: string, last: string | undefined, year: string | undefined) => {
			const to = last === undefined ? '' : ` to ${ordinal(last)}`;
			return `${monthNamed(month)} ${ordinal(day)}${to}${inYear(year)}`;
		})
		.replace(
			DAY_MONTH,
			(found, the: string | undefined, day: string, _of: string | undefined, month: string, year: string | undefined) =>
				`${/^the/.test(found) ? the : 'the '}${ordinal(day)} of ${monthNamed(month)}${inYear(year)}`,
		)
		.replace(MONTH_YEAR, (_found, month: string, year: string) => `${monthNamed(month)} ${yearWords(year)}`);
