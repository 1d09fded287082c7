import { ordinal, yearWords, cardinal, digitWords, plural } from './number-words';

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

function monthNamed(written: string): string {
	return MONTHS.find((month) => month.toLowerCase().startsWith(written.slice(0, 3).toLowerCase())) ?? written;
}

function inYear(year: string | undefined): string {
	return year === undefined ? '' : `, ${yearWords(year)}`;
}

/** undefined where there is no such day. */
function dayOf(month: string, day: string, year?: string): string | undefined {
	const name = MONTHS[Number(month) - 1];
	if (name === undefined || Number(day) < 1 || Number(day) > 31) return undefined;
	return `${name} ${ordinal(day)}${inYear(year)}`;
}

/** 21 to 99 in a short year are of this century, unless that would be far ahead. */
function fullYear(year: string): string {
	return year.length === 4 ? year : `${Number(year) < 70 ? 20 : 19}${year}`;
}

function inRange(year: string): boolean {
	return /^(?:1\d|20)\d\d$/.test(year);
}

/**
 * 2026-11-22, 11/22/2026, 22.11.2026, Nov 22, 22 November, June 2026: the day as an ordinal, the year as one.
 * `dayFirst`: 3/4/2026 is in April, as it is everywhere but in the United States.
 */
export function sayDates(text: string, dayFirst = false): string {
	return text
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
}

const DECADE = /(?<![\p{L}\p{N}.,:/$\u20ac\u00a3#-])(1\d|20)(\d)0['\u2019]?s(?![\p{L}\p{N}])/gu;
const SHORT_DECADE = /(?:(?<=\b(?:the|their|his|her|my|our|your|early|mid|late)[ -])['\u2019]?|['\u2019]|(?<![\p{L}\p{N}.,])(?=[5-9]0s (?:music|fashion|style|hits|movies?|rock|pop|party|night|kids?)(?!\p{L})))([2-9]0)s(?![\p{L}\p{N}])/giu;

function many(ten: string): string {
	return `${ten.slice(0, -1)}ies`;
}

/** the 1990s -> the nineteen nineties; their 40s -> their forties. Before units: those are no seconds. */
export function sayDecades(text: string): string {
	return text
		.replace(DECADE, (_found, century: string, ten: string) => {
			if (ten === '0') return century === '20' ? 'two thousands' : `${cardinal(century)} hundreds`;
			return ten === '1' ? `${cardinal(century)} tens` : `${cardinal(century)} ${many(cardinal(`${ten}0`))}`;
		})
		.replace(SHORT_DECADE, (_found, years: string) => many(cardinal(years)));
}

const AFTER = String.raw`(?![\p{L}\p{N}%\u00b0]|[.,:/]\p{N}|-\p{N})`;
/** "in 2000 cases", "1900 people": counted, so a number. Not "1999 was". */
const COUNTED = String.raw`(?!\s(?:more |new |other |different |small |large )?(?:people|men|women|children|(?!(?:is|was|has|as|this|its|plus|minus|versus|does|always|perhaps|unless|across|besides)\b)\p{Ll}{2,30}s)\b)`;

const IN_A_YEAR = new RegExp(
	String.raw`(?<=\b(?:in|since|until|till|by|year|years|during|early|late|mid|circa|before|after|from|between|spring|summer|autumn|fall|winter|class of|copyright|(?:from|between) 1\d{3} (?:to|and))[ -])${YEAR}${AFTER}${COUNTED}`,
	'giu',
);
/** By itself only what is recent or near: "1500" is rather a number. */
const ALONE = new RegExp(String.raw`(?<![\p{L}\p{N}.,:/$\u20ac\u00a3#+-])(19\d{2}|20\d{2})${AFTER}${COUNTED}`, 'gu');
/** in 2026 -> in twenty twenty-six; 1999 -> nineteen ninety-nine. After units: 1999 km are no year. */
export function sayYears(text: string): string {
	return text.replace(IN_A_YEAR, (_found, year: string) => yearWords(year)).replace(ALONE, (_found, year: string) => yearWords(year));
}

/** "3:30pm", "15:00", "10:05:30", "9 a.m.". */
const CLOCK = /(?<![\p{L}\p{N}.,:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\p{N}:])(?:\s?([ap])(?:\.\s?m\.|m(?![\p{L}\p{N}])))?(?![\p{L}\p{N}])/giu;
const HOUR = /(?<![\p{L}\p{N}.,:])(0?[1-9]|1[0-2])\s?([ap])(?:\.\s?m\.|m(?![\p{L}\p{N}]))/giu;
/** 1h30, 2h 15m, 1 hr 30 min. */
const DURATION = /(?<![\p{L}\p{N}.,:])(\d{1,3})\s?h(?:rs?)?(?:([0-5]\d)|\s?([0-5]?\d)\s?m(?:ins?)?)(?![\p{L}\p{N}])/gu;
const RATIO = /(?<![\p{L}\p{N}.,:])(\d{1,4}):(\d{1,4})(?![\p{L}\p{N}:]|[.,]\d)/gu;

/** Written apart and large, or voices read "am" as the verb and "a" as the article. */
function half(letter: string | undefined): string {
	return letter === undefined ? '' : ` ${letter.toUpperCase()} M`;
}

/** Where "p.m." ends the sentence as well. */
function endsToo(found: string, rest: string): string {
	return found.endsWith('.') && /^["'\u201d\u2019)]*(?:\s*$|\s+\p{Lu})/u.test(rest) ? '.' : '';
}

function clock(hours: string, minutes: string, ofTwelve: boolean): string {
	const hour = cardinal(hours);
	if (minutes !== '00') return `${hour} ${minutes.startsWith('0') ? `oh ${digitWords(minutes.slice(1))}` : cardinal(minutes)}`;
	if (ofTwelve) return hour;
	if (Number(hours) % 24 === 0) return 'midnight';
	return Number(hours) > 12 ? `${hour} hundred` : `${hour} o'clock`;
}

/** 3:30pm -> three thirty P M; 15:00 -> fifteen hundred; 10:05 -> ten oh five; 16:9 -> sixteen to nine. */
export function sayTimes(text: string): string {
	return text
		.replace(CLOCK, (found, hours: string, minutes: string, seconds: string | undefined, letter: string | undefined, at: number, all: string) => {
			const and = seconds === undefined || seconds === '00' ? '' : ` and ${cardinal(seconds)} ${plural(seconds, 'second')}`;
			return `${clock(hours, minutes, letter !== undefined)}${and}${half(letter)}${endsToo(found, all.slice(at + found.length, at + found.length + 20))}`;
		})
		.replace(HOUR, (found, hours: string, letter: string, at: number, all: string) =>
			`${cardinal(hours)}${half(letter)}${endsToo(found, all.slice(at + found.length, at + found.length + 20))}`,
		)
		.replace(/(?<![\p{L}\p{N}.])([ap])\.\s?m\.(?!\p{L})/giu, (found, letter: string, at: number, all: string) =>
			`${half(letter).trim()}${endsToo(found, all.slice(at + found.length, at + found.length + 20))}`,
		)
		.replace(DURATION, (_found, hours: string, close: string | undefined, apart: string | undefined) => {
			const minutes = close ?? apart ?? '0';
			return `${cardinal(hours)} ${plural(hours, 'hour')} ${cardinal(minutes)} ${plural(minutes, 'minute')}`;
		})
		.replace(RATIO, (_found, first: string, second: string) => `${cardinal(first)} to ${cardinal(second)}`);
}
