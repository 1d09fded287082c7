import { cardinal, digitWords, plural } from './number-words';

/** "3:30pm", "15:00", "10:05:30", "9 a.m.". */
const CLOCK = /(?<![\p{L}\p{N}.,:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\p{N}:])(?:\s?([ap])(?:\.\s?m\.|m(?![\p{L}\p{N}])))?(?![\p{L}\p{N}])/giu;
const HOUR = /(?<![\p{L}\p{N}.,:])(0?[1-9]|1[0-2])\s?([ap])(?:\.\s?m\.|m(?![\p{L}\p{N}]))/giu;
/** 1h30, 2h 15m, 1 hr 30 min. */
const DURATION = /(?<![\p{L}\p{N}.,:])(\d{1,3})\s?h(?:rs?)?(?:([0-5]\d)|\s?([0-5]?\d)\s?m(?:ins?)?)(?![\p{L}\p{N}])/gu;
const RATIO = /(?<![\p{L}\p{N}.,:])(\d{1,4}):(\d{1,4})(?![\p{L}\p{N}:]|[.,]\d)/gu;

/** Written apart and large, or voices read "am" as the verb and "a" as the article. */
const half = (letter: string | undefined): string => (letter === undefined ? '' : ` ${letter.toUpperCase()} M`);

/** Where "p.m." ends the sentence as well. */
const endsToo = (found: string, rest: string): string => (found.endsWith('.') && /^["'\u201d\u2019)]*(?:\s*$|\s+\p{Lu})/u.test(rest) ? '.' : '');

const clock = (hours: string, minutes: string, ofTwelve: boolean): string => {
	const hour = cardinal(hours);
	if (minutes !== '00') return `${hour} ${minutes.startsWith('0') ? `oh ${digitWords(minutes.slice(1))}` : cardinal(minutes)}`;
	if (ofTwelve) return hour;
	if (Number(hours) % 24 === 0) return 'midnight';
	return Number(hours) > 12 ? `${hour} hundred` : `${hour} o'clock`;
};

/** 3:30pm -> three thirty P M; 15:00 -> fifteen hundred; 10:05 -> ten oh five; 16:9 -> sixteen to nine. */
export const sayTimes = (text: string): string =>
	text
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
