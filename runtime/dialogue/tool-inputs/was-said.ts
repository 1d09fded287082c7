import { compact, fold } from './folded';
import { type InputKind, type ToolInput, nameWords } from './input-kind';
import { isMonth, weekdayOf } from './month-names';
import { LEFT_OPEN, type Said } from './said';
import { dayNumber, writtenDays } from './spoken-days';
import { type SpokenNumber, digitsOf, numbersOf, foldedWords } from './spoken-numbers';
import { saysTime, timesOf, writtenTime } from './spoken-times';

/** The call's other inputs: a number that was said once is not the hour and the guests. */
export interface CallInputs {
	readonly all: readonly ToolInput[];
}

/** Nobody leaves these to an agent. */
const PERSONAL = new Set<InputKind>(['email', 'phone', 'identifier', 'person']);
const NOTHING = /^(?:|any|all|none|null|unknown|n\/a|not (?:given|specified|provided)|-)$/i;
const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const END = new Set(['end', 'ends', 'until', 'finish', 'ende', 'bis', 'fin', 'fine', 'koniec', 'fim', 'einde']);

/**
 * Whether the caller can have meant this value by what was said. In doubt it was: who has said it must never be told that
 * they have not.
 */
export function wasSaid(input: ToolInput, said: Said, others: CallInputs): boolean {
	const { kind, value, fallback, choices } = input;
	if (value === undefined || value === null || value === fallback || choices.length === 1) return true;
	if (said.leftOpen && !PERSONAL.has(kind)) return true;
	if (kind === 'boolean') return value === false || mayMean(input, said);
	if (kind === 'number') return numberSaid(numberOf(value), said);
	const text = textOf(value);
	if (NOTHING.test(text) || LEFT_OPEN.test(fold(text))) return true;
	switch (kind) {
		case 'choice':
			return choiceSaid(input, text, said, others);
		case 'email':
			return emailSaid(text, said);
		case 'phone':
			return digitsSaid(text, said, 7);
		case 'identifier':
			return !/\d/.test(text) || identifierSaid(text, said);
		case 'person':
			return personSaid(text, said);
		case 'day':
			return daySaid(text, said);
		case 'time':
			return timeSaid(input, text, said, others);
		case 'dayAndTime':
			return missingOf(input, said, others).length === 0;
	}
}

function numberOf(value: unknown): number {
	return Number(textOf(value).replace(',', '.'));
}

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** Of a day and a time, what was not said. */
export function missingOf(input: ToolInput, said: Said, others: CallInputs): Array<'day' | 'time'> {
	const text = textOf(input.value);
	const iso = ISO_TIME.exec(text);
	if (!iso) {
		const day = said.daysIn(text).length > 0 && !daySaid(text, said);
		const hasTime = timesOf(text, said.languages).hours.size > 0;
		return [...(day ? (['day'] as const) : []), ...(hasTime && !timeSaid(input, text, said, others) ? (['time'] as const) : [])];
	}
	const [, year, month, date, hour, minute, zone = ''] = iso;
	const at = { hour: Number(hour) % 24, minute: Number(minute) };
	const utc = /^(?:z|[+-]00:?00)$/i.test(zone);
	const day = dayNumber(Number(year), Number(month), Number(date));
	const daySaidThen = isEnd(input, others) || [0, ...(utc ? [-1, 1] : [])].some((shift) => said.days.some((means) => means(day + shift)));
	return [...(daySaidThen ? [] : (['day'] as const)), ...(clockSaid(input, at, said, others, utc) ? [] : (['time'] as const))];
}

function daySaid(text: string, said: Said): boolean {
	const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
	if (iso) {
		const day = dayNumber(Number(iso[1]), Number(iso[2]), Number(iso[3]));
		return said.days.some((means) => means(day));
	}
	const written = writtenDays(text);
	const meant = written.length > 0 ? written : said.daysIn(text);
	if (meant.length === 0) return wordsSaid(text, said);
	// "friday the 21st" is one day, "tomorrow" and "march 3" are others.
	return said.calendar.some((day) => meant.every((means) => means(day)) && said.days.some((means) => means(day))) || wordsSaid(text, said);
}

/** Every word of it was. */
function wordsSaid(text: string, said: Said): boolean {
	const words = foldedWords(text).filter((word) => word.length > 2 || /\d/.test(word));
	const all = new Set(said.words);
	return words.length === 0 || words.every((word) => all.has(word));
}

function timeSaid(input: ToolInput, text: string, said: Said, others: CallInputs): boolean {
	const written = typeof input.value === 'number' ? { hour: input.value % 24, minute: 0 } : writtenTime(text);
	if (written) return clockSaid(input, written, said, others, false);
	if (said.relativeTime) return true;
	const times = said.times(notCounted(others, said));
	const meant = timesOf(text, said.languages);
	if (meant.hours.size > 0) {
		const minutes = numbersOf(text, said.languages).map(({ n }) => n);
		return [...meant.hours].some((hour) => times.hours.has(hour)) && minutes.every((minute) => minute === 0 || times.minutes.has(minute) || times.hours.has(minute));
	}
	return wordsSaid(text, said);
}

function clockSaid(input: ToolInput, { hour, minute }: { hour: number; minute: number }, said: Said, others: CallInputs, utc: boolean): boolean {
	if (said.relativeTime || isEnd(input, others) || isAllDay(others)) return true;
	const times = said.times(notCounted(others, said));
	if (saysTime(times, hour, minute)) return true;
	return utc && Array.from({ length: 24 }, (_, other) => other).some((other) => saysTime(times, other, minute));
}

/** The end follows from the beginning and how long it takes. */
function isEnd({ name }: ToolInput, { all }: CallInputs): boolean {
	const ends = (each: string): boolean => nameWords(each).some((word) => END.has(word));
	return ends(name) && all.some((other) => !ends(other.name) && (other.kind === 'dayAndTime' || other.kind === 'time'));
}

function isAllDay({ all }: CallInputs): boolean {
	const times = all.filter(({ kind }) => kind === 'dayAndTime');
	return times.length > 1 && times.every(({ value }) => /[T ](?:00:00|23:59)/.test(String(value)));
}

/** Numbers that the call's other inputs take are said once more where they are a time, too. */
function notCounted({ all }: CallInputs, whole: Said): (number: SpokenNumber) => boolean {
	const taken = all.filter(({ kind }) => kind === 'number').map(({ value }) => numberOf(value));
	const often = (n: number, among: readonly number[]): number => among.filter((each) => each === n).length;
	const said = taken.length === 0 ? [] : whole.numbers.map(({ n }) => n);
	const used = new Set(taken.filter((n) => often(n, said) <= often(n, taken)));
	return ({ n, role }) => role === 'time' || !used.has(n);
}

const UNITS: ReadonlyArray<readonly [RegExp, readonly number[]]> = [
	[/\b(?:hours?|stunden?|heures?|horas?|or[ae]|uur|uren|godzin\w*)\b/, [60, 3600]],
	[/\b(?:minutes?|mins?|minuten?|minutos?|minut[oiy]?)\b/, [60, 1 / 60]],
	[/\b(?:days?|tage?n?|jours?|dias?|giorn[oi]|dag(?:en)?|dni|dzien)\b/, [24, 1440]],
	[/\b(?:weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|tygodni\w*|tydzien)\b/, [7]],
	[/\b(?:months?|monate?|mois|mes(?:es)?|mesi|maanden|miesi\w*)\b/, [30, 31]],
	[/\b(?:years?|jahre?|ans?|anos?|anni|jaar|lat|rok)\b/, [12, 365]],
	[/\b(?:percent|prozent|pour cent|por ciento|per cento|procent|por cento)\b|%/, [1 / 100]],
	[/\b(?:dozens?|dutzend|douzaines?|docenas?|dozzin\w*|dozijn|tuzin\w*|duzias?)\b/, [12]],
];
/** What their words do not tell by themselves, as "zwölftausend" in one. */
const THOUSANDS = /(?:thousand|grand|tausend|mila|duizend|tysi|million)/;
const PART = /\b(?:half|quarters?|halb\w*|viertel|demie?|quart|medi[ao]|cuarto|mezz[ao]|quarto|halve?|kwart|pol|cwierc|mei[ao])\b/;
const COMPANY = /\b(?:my (?:wife|husband|partner|girlfriend|boyfriend|family|kids?|children|son|daughter|mother|father|friends?|parents)|me and|all of us|meine?r? (?:frau|mann|familie|kinder|freundin|freund)|ma femme|mon mari|mi (?:mujer|marido|esposa|familia)|mia moglie|mio marito|mijn (?:vrouw|man)|moj\w* (?:zona|maz)|minha|meu (?:marido))\b|\b(?:and (?:i|me)|und ich|et moi|y yo|e io|en ik|i ja|e eu)(?=\s*(?:$|[.,;!?]))/m;

function numberSaid(value: number, said: Said): boolean {
	const size = Math.abs(value);
	// "a table", "no children"; a moment in seconds is computed.
	if (size <= 1 || size >= 1e9) return true;
	const numbers = said.numbers.filter(({ role }) => role !== 'time').map(({ n }) => n);
	if (numbers.includes(size)) return true;
	const parts = [...new Set([...numbers, 1, 0.5, 0.25, 0.75, 1.5])];
	const folded = said.callerFolded;
	if (UNITS.some(([unit, factors]) => unit.test(folded) && factors.some((factor) => parts.some((part) => Math.abs(part * factor - size) < 1e-6)))) return true;
	if (THOUSANDS.test(folded) && [1000, 1e6].some((times) => size % times === 0 && (size === times || numbers.includes(size / times) || /\S(?:tausend|mila|duizend)/.test(folded)))) return true;
	const counted = said.numbers.filter(({ role }) => role === 'quantity' || role === 'free').map(({ n }) => n);
	if (counted.some((one, index) => counted.some((other, place) => place !== index && one + other === size))) return true;
	if (size <= 20 && COMPANY.test(folded)) return true;
	if ([0.25, 0.5, 0.75].includes(size % 1) && numbers.includes(Math.floor(size)) && PART.test(folded)) return true;
	const cents = Math.round((size % 1) * 100);
	if (cents > 0 && numbers.includes(Math.floor(size)) && (numbers.includes(cents) || numbers.includes(cents / 10))) return true;
	const digits = String(size).replace('.', '');
	return digits.length > 1 && said.digits.includes(digits);
}

/** At most so many of its last figures have to be there: a country's code is added, a zero left out. */
function digitsSaid(text: string, said: Said, most = 64): boolean {
	const digits = text.replace(/\D/g, '').slice(-most);
	let at = 0;
	for (const digit of said.digits) if (digit === digits[at]) at++;
	return at >= digits.length;
}

function identifierSaid(text: string, said: Said): boolean {
	const wanted = compact(text);
	if (said.letters.replaceAll(' ', '').includes(wanted)) return true;
	const letters = wanted.replace(/\d/g, '');
	return digitsSaid(text, said) && (letters.length > 8 ? false : [...letters].every((letter) => said.letters.includes(letter)));
}

const AT_SIGN = /@/;

function emailSaid(text: string, said: Said): boolean {
	if (!AT_SIGN.test(text)) return true;
	const [local = '', domain = ''] = text.split('@');
	const parts = [...local.split(/[^\p{L}]+/u), domain.split('.')[0] ?? ''].map(compact).filter((part) => part.length > 1);
	return parts.every((part) => isHeard(part, said)) && digitsSaid(local, said);
}

const TITLES = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'herr', 'frau', 'monsieur', 'madame', 'senor', 'senora', 'signor', 'signora', 'pan', 'pani', 'meneer', 'mevrouw']);

function personSaid(text: string, said: Said): boolean {
	return foldedWords(text).filter((word) => word.length > 1 && !TITLES.has(word)).every((word) => isHeard(word, said));
}

/** As a recogniser and a model may write a name: together, spelled, or a little otherwise. */
function isHeard(part: string, said: Said): boolean {
	if (said.letters.replaceAll(' ', '').includes(part)) return true;
	const words = said.words;
	// "m as in mike": the letters by themselves; "mike echo": the first ones.
	const spelled = words.filter((word) => word.length === 1).join('');
	if (part.length > 1 && spelled.includes(part)) return true;
	if (part.length > 2 && words.map((word) => word[0]).join('').includes(part)) return true;
	const most = part.length < 4 ? 1 : Math.floor(part.length / 3) + 1;
	const near = (heard: string): boolean => Math.abs(heard.length - part.length) <= most && distance(heard, part) <= most;
	return part.length > 2 && words.some((word, index) => word.length > 1 && (near(word) || near(word + (words[index + 1] ?? ''))));
}

/** Levenshtein's. */
function distance(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (let i = 1; i <= one.length; i++) {
		const next = [i];
		for (let j = 1; j <= other.length; j++) {
			next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)));
		}
		row = next;
	}
	return row[other.length] ?? 0;
}

const NEUTRAL = /^(?:other|any|default|general|standard|normal|regular|misc|miscellaneous|andere|autre|otro|altro|inny|outro|public|private)$/;

function choiceSaid(input: ToolInput, text: string, said: Said, others: CallInputs): boolean {
	if (/^-?\d+(?:\.\d+)?$/.test(text)) return numberSaid(Number(text), said) || said.numbers.some(({ n }) => n === Number(text));
	if (writtenTime(text) && /[:apm]/i.test(text)) return timeSaid({ ...input, kind: 'time' }, text, said, others);
	if (weekdayOf(fold(text)) !== undefined || isMonth(fold(text))) return daySaid(text, said);
	return NEUTRAL.test(fold(text)) || mayMean({ ...input, name: text }, said);
}

/** English words that mean nothing by themselves, or only what the other inputs hold. */
const EMPTY_WORDS = new Set(
	`a an the and or but so to for of on in at by from with about as is are was be am it its it's this that these those i i'm i'd i'll i've me my mine you your we us our he she they them
	can could would will shall should may might must do does did don't have has had want need like love please thanks thank hello hi hey okay ok well just also some something anything one thing
	book make set schedule reserve add create put arrange plan get give take find let let's go going appointment appointments booking reservation meeting event slot
	today tomorrow tonight morning afternoon evening night noon day week weekend month year next last first o'clock clock oclock p m pm past half quarter minutes minute hours hour there then now there's here what when um uh er`.split(/\s+/),
);

/** A choice may follow from any word with a meaning of its own; without one, nobody has chosen. */
function mayMean({ name }: ToolInput, said: Said): boolean {
	const words = said.words;
	const stems = nameWords(name).filter((word) => word.length > 2).map((word) => word.slice(0, 4));
	if (stems.some((stem) => words.some((word) => word.startsWith(stem)))) return true;
	const isNumber = (word: string): boolean => /^\d/.test(word) || digitsOf(word, said.languages) !== '';
	return said.callerWords.some((word) => word.length > 1 && !EMPTY_WORDS.has(word) && weekdayOf(word) === undefined && !isMonth(word) && !isNumber(word));
}
