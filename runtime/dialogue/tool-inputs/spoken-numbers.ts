import { compact, fold } from './folded';
import { type Language, numberWords } from './number-words';
import { isMonth } from './month-names';

export type NumberRole =
	/** With a word that makes it one of these. */
	| 'time'
	| 'quantity'
	| 'date'
	/** It may be anything. */
	| 'free';

export interface SpokenNumber {
	readonly n: number;
	readonly role: NumberRole;
	/** Said with it. */
	readonly half?: 'am' | 'pm';
	/** Of its first word, and of the first one behind it. */
	readonly from: number;
	readonly to: number;
}

/** The words of a text, without accents, figures apart from letters ("3pm" is two). */
export function foldedWords(text: string): string[] {
	return fold(text.replace(ISO_DATE, ' ')).match(/\d+(?:[.,]\d+)*|\p{L}+/gu) ?? [];
}

const ISO_DATE = /\b\d{4}-\d\d-\d\d/g;
const LONGEST = 4;

const TIME_BEFORE = new Set(['at', 'um', 'alle', 'om', 'o', 'as', 'las']);
const TIME_BEHIND = new Set(['am', 'pm', 'uhr', 'clock', 'oclock', 'heure', 'heures', 'h', 'uur', 'horas', 'hora', 'ore']);
const COUNTED_THINGS = new Set(
	`people persons person guests guest adults adult children child kids kid nights night days day weeks week months years year minutes minute mins hours dollars euros euro pounds percent
	tickets ticket rooms beds pieces seats times of copies bottles
	personen leute gaste erwachsene kinder tage tagen nachte nachten wochen minuten minute stunden monate jahre plaetze platze
	personnes adultes enfants jours nuits semaines mois minutes ans
	personas adultos ninos dias noches semanas minutos meses anos
	persone adulti bambini giorni notti settimane minuti mesi anni
	mensen volwassenen kinderen dagen nachten weken minuten maanden jaar
	osob osoby osobe dni nocy noce tygodni tygodnie minut minuty miesiecy lat
	pessoas adultos criancas noites semanas minutos meses`.split(/\s+/),
);
const PEOPLE_BEFORE = /\b(?:table|party|room|tisch|mesa|tavolo|tafel|stolik|reservation|group|gruppe) (?:for|of|fur|pour|para|per|voor|dla|na|de|von)$/;

/** The numbers in a text, in figures and in words. */
export function numbersOf(text: string, languages: readonly Language[]): SpokenNumber[] {
	const words = foldedWords(text);
	const numbers: SpokenNumber[] = [];
	for (let at = 0; at < words.length; ) {
		const found = figures(words, at) ?? phrase(words, at, languages) ?? inOneWord(words[at] ?? '', languages);
		if (!found) {
			at++;
			continue;
		}
		const { values, length, ordinal } = found;
		const role = ordinal ? 'date' : roleOf(words, at, length);
		const hours = values.some((n) => n >= 100) && words[at + length] === 'hours';
		const half = halfOf(words.slice(at + length, at + length + 2));
		for (const n of values) numbers.push({ n, role: hours ? 'time' : role, ...(half ? { half } : {}), from: at, to: at + length });
		at += length;
	}
	return [...numbers, ...multiplied(words, numbers)];
}

interface Found {
	readonly values: readonly number[];
	readonly length: number;
	readonly ordinal: boolean;
}

function figures(words: readonly string[], at: number): Found | undefined {
	const word = words[at] ?? '';
	if (!/^\d/.test(word)) return undefined;
	const ordinal = /^(?:st|nd|rd|th|er|ten|ter|ste|de|e)$/.test(words[at + 1] ?? '') && /^\d+$/.test(word) && Number(word) <= 31 && /^(?:st|nd|rd|th)$/.test(words[at + 1] ?? '');
	const parts = word.split(/[.,]/);
	if (parts.length === 1) return { values: [Number(word)], length: 1, ordinal };
	const values = parts.map(Number);
	const whole = parts.slice(1).every(({ length }) => length === 3) ? [Number(parts.join(''))] : [];
	const decimal = parts.length === 2 ? [Number(parts.join('.'))] : [];
	return { values: [...new Set([...values, ...whole, ...decimal])], length: 1, ordinal: false };
}

function phrase(words: readonly string[], at: number, languages: readonly Language[]): Found | undefined {
	for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
		const key = words.slice(at, at + length).join(' ');
		const values = new Set<number>();
		let ordinal = false;
		for (const language of languages) {
			const { cardinals, ordinals } = numberWords(language);
			const cardinal = cardinals.get(key);
			if (cardinal !== undefined) values.add(cardinal);
			const place = ordinals.get(key);
			if (place === undefined) continue;
			values.add(place);
			// Polish tells the hour so.
			ordinal ||= cardinal === undefined && language !== 'pl';
		}
		if (values.size > 0) return { values: [...values], length, ordinal };
	}
	return undefined;
}

/** "zweihundertfünfzig", "honderdtwintig", "centoventi". */
function inOneWord(word: string, languages: readonly Language[]): Found | undefined {
	const [, times = '', rest = ''] = /^(.*?)(?:hundert|honderd|cento)(?:und|en)?(.*)$/.exec(word) ?? [];
	if (times + rest === '') return undefined;
	for (const language of languages) {
		const { cardinals } = numberWords(language);
		const [hundreds, units] = [times === '' ? 1 : cardinals.get(times), rest === '' ? 0 : cardinals.get(rest)];
		if (hundreds !== undefined && units !== undefined) return { values: [hundreds * 100 + units], length: 1, ordinal: false };
	}
	return undefined;
}

function roleOf(words: readonly string[], at: number, length: number): NumberRole {
	const before = words[at - 1] ?? '';
	const behind = words[at + length] ?? '';
	if (halfOf(words.slice(at + length, at + length + 2)) || TIME_BEHIND.has(behind) || (behind === 'o' && words[at + length + 1] === 'clock')) return 'time';
	if (COUNTED_THINGS.has(behind) || PEOPLE_BEFORE.test(words.slice(Math.max(0, at - 3), at).join(' '))) return 'quantity';
	if (isMonth(before) || isMonth(behind) || (isMonth(words[at + length + 1] ?? '') && ['of', 'de', 'di'].includes(behind))) return 'date';
	return TIME_BEFORE.has(before) ? 'time' : 'free';
}

function halfOf([first = '', second = '']: readonly string[]): 'am' | 'pm' | undefined {
	const said = first.length === 1 ? first + second : first;
	return said === 'am' || said === 'pm' ? said : undefined;
}

const TIMES: Readonly<Record<string, number>> = {
	hundred: 100, hundert: 100, cent: 100, cents: 100, ciento: 100, cien: 100, cento: 100, honderd: 100, sto: 100, cem: 100,
	thousand: 1000, tausend: 1000, mil: 1000, mille: 1000, mila: 1000, duizend: 1000, tysiac: 1000, tysiace: 1000, tysiecy: 1000, million: 1_000_000,
};
const AND = new Set(['and', 'und', 'et', 'y', 'e', 'en', 'i']);

/** "two hundred and fifty", "twelve thousand". */
function multiplied(words: readonly string[], numbers: readonly SpokenNumber[]): SpokenNumber[] {
	return words.flatMap((word, at) => {
		const times = TIMES[word];
		if (times === undefined) return [];
		const before = numbers.find(({ to }) => to === at);
		const behind = numbers.find(({ from }) => from === at + 1 || (from === at + 2 && AND.has(words[at + 1] ?? '')));
		const whole = (before?.n ?? 1) * times;
		const role = roleOf(words, at, 1);
		const alone = { n: whole, role, from: before?.from ?? at, to: at + 1 };
		return behind && behind.n < times ? [alone, { ...alone, n: whole + behind.n, to: behind.to, role: behind.role }] : [alone];
	});
}

/** All figures of a text in one row, as in a telephone number: "double four one" is 441. */
export function digitsOf(text: string, languages: readonly Language[]): string {
	const words = foldedWords(text);
	let digits = '';
	let times = 1;
	for (let at = 0; at < words.length; ) {
		const word = words[at] ?? '';
		const found = /^\d/.test(word) ? { values: [], length: 1 } : phrase(words, at, languages);
		if (found) {
			digits += (found.values.length === 0 ? compact(word) : String(found.values[0] ?? '')).repeat(times);
			times = 1;
			at += found.length;
			continue;
		}
		if (word === 'o') digits += '0';
		times = word === 'double' || word === 'doppel' || word === 'doble' ? 2 : word === 'triple' ? 3 : 1;
		at++;
	}
	return digits;
}
