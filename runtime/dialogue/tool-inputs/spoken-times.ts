import { fold } from './folded';
import type { Language } from './number-words';
import { type SpokenNumber, numbersOf } from './spoken-numbers';

/** What a text says about times of day. */
export interface SpokenTimes {
	/** Hours of 24 that were said, with what could be their minutes. */
	readonly hours: ReadonlySet<number>;
	readonly minutes: ReadonlySet<number>;
	/** Hour and minute in one: "at 330". */
	readonly whole: ReadonlySet<number>;
	readonly quarter: boolean;
	readonly half: boolean;
}

const QUARTER = /\b(?:quarter|viertel|dreiviertel|quart|cuarto|quarto|kwart|kwadrans)\b/;
const HALF = /\b(?:half|halb|halbe|demie?|media|mezz[ao]|wpol|polowa|pol|meia)\b/;
const NOON = /\b(?:noon|midday|lunch|lunchtime|mittags?|midi|mediodia|mezzogiorno|poludnie|meio dia|middaguur)\b/;
const MIDNIGHT = /\b(?:midnight|mitternacht|minuit|medianoche|mezzanotte|polnoc\w*|meia noite|middernacht)\b/;

/** `usable`: of its numbers, those that may be an hour. `all`: its numbers. */
export function timesOf(text: string, languages: readonly Language[], usable: (number: SpokenNumber) => boolean = () => true, all: readonly SpokenNumber[] = numbersOf(text, languages)): SpokenTimes {
	const folded = fold(text);
	const numbers = all.filter(({ role }) => role !== 'date');
	const hours = new Set<number>();
	const whole = new Set<number>();
	for (const number of numbers.filter(({ role }) => role !== 'quantity').filter(usable)) {
		const { n, half } = number;
		if (n <= 24) for (const hour of hoursOf(n, half)) hours.add(hour);
		const minutes = n % 100;
		if (n >= 100 && n < 2400 && minutes < 60) for (const hour of hoursOf(Math.floor(n / 100), half)) whole.add(hour * 60 + minutes);
	}
	if (NOON.test(folded)) hours.add(12);
	if (MIDNIGHT.test(folded)) hours.add(0);
	return {
		hours,
		minutes: new Set(numbers.map(({ n }) => n)),
		whole,
		quarter: QUARTER.test(folded),
		half: HALF.test(folded),
	};
}

/** "three" is at night or in the afternoon, "three p m" is not. */
function hoursOf(n: number, half: SpokenNumber['half']): number[] {
	if (half && n >= 1 && n <= 12) return [(n % 12) + (half === 'pm' ? 12 : 0)];
	return n <= 12 ? [n % 24, (n + 12) % 24] : [n % 24];
}

export function saysTime({ hours, minutes, whole, quarter, half }: SpokenTimes, hour: number, minute: number): boolean {
	if (whole.has(hour * 60 + minute)) return true;
	const next = (hour + 1) % 24;
	if (hours.has(hour) && (minute === 0 || minutes.has(minute) || (half && minute === 30) || (quarter && minute % 30 === 15))) return true;
	if (minute === 0 || !hours.has(next)) return false;
	// "ten to four", "quarter to four", "halb vier", "vijf voor half vier".
	if ((half && minute === 30) || (quarter && minute % 30 === 15) || minutes.has(60 - minute)) return true;
	return half && minutes.has(Math.abs(30 - minute));
}

/** Hour and minute of a value; undefined where it is in words, or no time. */
export function writtenTime(value: string): { readonly hour: number; readonly minute: number } | undefined {
	const military = /^([01]\d|2[0-3])([0-5]\d)$/.exec(value.trim());
	if (military) return { hour: Number(military[1]), minute: Number(military[2]) };
	const match = /^\s*(\d{1,2})(?:\s?[:.h]\s?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(?:uhr|h|o'clock)?\s*(?:([ap])\s?\.?\s?m\.?)?\s*$/i.exec(value);
	const hour = Number(match?.[1] ?? Number.NaN);
	const minute = Number(match?.[2] ?? 0);
	if (!match || hour > 24 || minute > 59) return undefined;
	const half = match[3]?.toLowerCase();
	return { hour: half && hour <= 12 ? (hour % 12) + (half === 'p' ? 12 : 0) : hour % 24, minute };
}
