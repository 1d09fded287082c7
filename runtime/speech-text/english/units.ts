import { AMOUNT, NUMBER_END, NUMBER_START, pattern } from './number-patterns';
import { amountWords, plural } from './number-words';

/** One, and many where that is not just with an s. Small and capital letters mean different things. */
const UNITS: Record<string, string | readonly [string, string]> = {
	mm: 'millimeter',
	cm: 'centimeter',
	m: 'meter',
	km: 'kilometer',
	mi: 'mile',
	yd: 'yard',
	ft: ['foot', 'feet'],
	sqft: ['square foot', 'square feet'],
	'sq ft': ['square foot', 'square feet'],
	'sq m': 'square meter',
	tbsp: 'tablespoon',
	tsp: 'teaspoon',
	mg: 'milligram',
	g: 'gram',
	kg: 'kilogram',
	lb: 'pound',
	lbs: 'pound',
	oz: 'ounce',
	ml: 'milliliter',
	mL: 'milliliter',
	cl: 'centiliter',
	l: 'liter',
	L: 'liter',
	ms: 'millisecond',
	s: 'second',
	sec: 'second',
	secs: 'second',
	min: 'minute',
	mins: 'minute',
	h: 'hour',
	hr: 'hour',
	hrs: 'hour',
	bit: 'bit',
	kB: 'kilobyte',
	KB: 'kilobyte',
	MB: 'megabyte',
	GB: 'gigabyte',
	TB: 'terabyte',
	PB: 'petabyte',
	KiB: 'kibibyte',
	MiB: 'mebibyte',
	GiB: 'gibibyte',
	kbps: ['kilobit per second', 'kilobits per second'],
	Mbps: ['megabit per second', 'megabits per second'],
	Gbps: ['gigabit per second', 'gigabits per second'],
	kbit: 'kilobit',
	Mbit: 'megabit',
	Gbit: 'gigabit',
	Hz: ['hertz', 'hertz'],
	kHz: ['kilohertz', 'kilohertz'],
	MHz: ['megahertz', 'megahertz'],
	GHz: ['gigahertz', 'gigahertz'],
	V: 'volt',
	W: 'watt',
	kW: 'kilowatt',
	MW: 'megawatt',
	kWh: 'kilowatt hour',
	mAh: 'milliamp hour',
	kcal: 'kilocalorie',
	cal: 'calorie',
	kJ: 'kilojoule',
	kPa: 'kilopascal',
	dB: 'decibel',
	px: 'pixel',
	pcs: ['piece', 'pieces'],
	mph: ['mile per hour', 'miles per hour'],
	kmh: ['kilometer per hour', 'kilometers per hour'],
	kph: ['kilometer per hour', 'kilometers per hour'],
	'\u00b0C': ['degree Celsius', 'degrees Celsius'],
	'\u00b0F': ['degree Fahrenheit', 'degrees Fahrenheit'],
	'\u2103': ['degree Celsius', 'degrees Celsius'],
	'\u2109': ['degree Fahrenheit', 'degrees Fahrenheit'],
	'\u00b0': 'degree',
	'%': ['percent', 'percent'],
	'\u2030': ['per mille', 'per mille'],
};

const longestFirst = Object.keys(UNITS).sort((a, b) => b.length - a.length);
const NAME = `(?:${longestFirst.join('|')})`;
const AFTER_UNIT = String.raw`(?![\p{L}\p{N}_])`;
const MEASURE = pattern(String.raw`${NUMBER_START}([-\u2212]?)(${AMOUNT})${NUMBER_END}([ -]?)(${NAME})([\u00b2\u00b32-3]?)${AFTER_UNIT}(?:/(${NAME}|month|year|week|day|night|hour|person|user|token)${AFTER_UNIT})?(?:\.(?= \p{Ll}))?`);
/** Where the sign clings to the figure, also before a letter: 50%-off. */
const PERCENT = pattern(String.raw`${NUMBER_START}([-\u2212]?)(${AMOUNT})\s?%`);
const FEET_AND_INCHES = pattern(
	String.raw`${NUMBER_START}(\d{1,2})(?:['\u2032\u2019]\s?(?=\d{1,2}["\u2033\u201d])|\s?ft\.?,? (?=\d{1,2} ?in(?!\p{L})))(\d{1,2})(?:["\u2033\u201d]| ?in)(?![\p{L}\p{N}])`,
);
const INCHES = pattern(String.raw`${NUMBER_START}(${AMOUNT})\u2033`);

function namesOf(unit: string): readonly [string, string] {
	const names = UNITS[unit] ?? unit;
	return typeof names === 'string' ? [names, `${names}s`] : names;
}

function measured(amount: string, unit: string, power: string, per: string | undefined, single: boolean): string {
	const [one, many] = namesOf(unit);
	const shape = { '\u00b2': 'square ', '2': 'square ', '\u00b3': 'cubic ', '3': 'cubic ' }[power] ?? '';
	const name = single ? one : plural(amount, one, many);
	return `${amountWords(amount)} ${shape}${name}${per === undefined ? '' : ` per ${namesOf(per)[0]}`}`;
}

/** 5 km -> five kilometers; 20°C -> twenty degrees Celsius; 10 MB/s -> ten megabytes per second; 50% -> fifty percent. */
export function sayUnits(text: string): string {
	return text
		.replace(FEET_AND_INCHES, (_found, feet: string, inches: string) => `${amountWords(feet)} foot ${amountWords(inches)}`)
		.replace(
			MEASURE,
			(found, minus: string, amount: string, gap: string, unit: string, power: string, per: string | undefined, at: number, all: string) => {
				const single = gap === '-' || adjectival(all, at, at + found.length);
				return `${minus === '' ? '' : 'minus '}${measured(amount, unit, power, per, single)}`;
			},
		)
		.replace(PERCENT, (_found, minus: string, amount: string) => `${minus === '' ? '' : 'minus '}${amountWords(amount)} percent`)
		.replace(INCHES, (_found, amount: string) => `${amountWords(amount)} ${plural(amount, 'inch', 'inches')}`);
}

const ARTICLE = /(?:^|[^\p{L}])(?:an?|A|An)\s[-\u2212]?$/u;
const NOUN = /^[ -](?!(?:and|or|to|per|in|for|of|on|at|a|an|the|is|was|as|by|from|with|if|each|every|more|less|off|away|long|tall|wide|deep|high)\b)\p{Ll}/u;

/** "a $5 coupon", "a 10 km run": the unit between article and noun stays in the singular. */
export function adjectival(text: string, start: number, end: number): boolean {
	return ARTICLE.test(text.slice(Math.max(0, start - 6), start)) && NOUN.test(text.slice(end, end + 12));
}
