import { AMOUNT, NUMBER_END, NUMBER_START, pattern } from './number-patterns';
import { adjectival } from './units';
import { amountWords, cardinal, plural } from './number-words';

interface Currency {
	readonly one: string;
	readonly many: string;
	/** The hundredth part; none where nobody has coins of it. */
	readonly cent?: readonly [one: string, many: string];
}

const CENTS = ['cent', 'cents'] as const;
function currency(one: string, many: string, cent?: readonly [string, string]): Currency {
	return { one, many, ...(cent ? { cent } : {}) };
}

const DOLLAR = currency('dollar', 'dollars', CENTS);
const EURO = currency('euro', 'euros', CENTS);
const POUND = currency('pound', 'pounds', ['penny', 'pence']);
const YEN = currency('yen', 'yen');

const CURRENCIES: Record<string, Currency> = {
	$: DOLLAR,
	'\u20ac': EURO,
	'\u00a3': POUND,
	'\u00a5': YEN,
	'\u20b9': currency('rupee', 'rupees', ['paisa', 'paise']),
	'\u20a9': currency('won', 'won'),
	US$: currency('US dollar', 'US dollars', CENTS),
	C$: currency('Canadian dollar', 'Canadian dollars', CENTS),
	A$: currency('Australian dollar', 'Australian dollars', CENTS),
	USD: DOLLAR,
	EUR: EURO,
	GBP: POUND,
	JPY: YEN,
	CHF: currency('Swiss franc', 'Swiss francs'),
	CAD: currency('Canadian dollar', 'Canadian dollars', CENTS),
	AUD: currency('Australian dollar', 'Australian dollars', CENTS),
	INR: currency('rupee', 'rupees', ['paisa', 'paise']),
	CNY: currency('yuan', 'yuan'),
	SEK: currency('Swedish krona', 'Swedish kronor'),
	NOK: currency('Norwegian krone', 'Norwegian kroner'),
	DKK: currency('Danish krone', 'Danish kroner'),
	PLN: currency('zloty', 'zlotys'),
};

const MAGNITUDES: Record<string, string> = { k: 'thousand', thousand: 'thousand', m: 'million', mn: 'million', million: 'million', b: 'billion', bn: 'billion', billion: 'billion', t: 'trillion', tn: 'trillion', trillion: 'trillion' };

const SIGN = String.raw`(US\$|C\$|A\$|[$\u20ac\u00a3\u00a5\u20b9\u20a9]|USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY|SEK|NOK|DKK|PLN)`;
const MAGNITUDE = String.raw`(?:\s?(thousand|million|billion|trillion|bn|mn|tn|k|m|b|t)(?![\p{L}\p{N}]))?`;
/** As much of the world writes it: 1.200,50 and 3,50. */
const WITH_COMMA = String.raw`\d{1,3}(?:\.\d{3}){1,4},\d{2}|\d{1,15},\d{2}`;
const FIGURE = String.raw`(${WITH_COMMA}|${AMOUNT})${NUMBER_END}`;

const BEFORE = pattern(String.raw`(?<![\p{L}\p{N}])([-\u2212]?)${SIGN}\s?([-\u2212]?)${FIGURE}(?:\s?[-\u2013]\s?(${AMOUNT})${NUMBER_END})?${MAGNITUDE}`, 'i');
const AFTER = pattern(String.raw`${NUMBER_START}${FIGURE}${MAGNITUDE}\s?${SIGN}(?![\p{L}\p{N}])`, 'i');
const CENT_SIGN = pattern(String.raw`${NUMBER_START}(\d{1,4})\s?\u00a2`);

const TO_MONEY = pattern(String.raw`(?<=\d(?:[kmb]|bn)?)\s?[-\u2013]\s?(?=${SIGN}\s?\d|${AMOUNT}\s?${SIGN}(?![\p{L}\p{N}]))`, 'i');

function plainFigure(figure: string): string {
	return /,\d{2}$/.test(figure) ? figure.replace(/\./g, '').replace(',', '.') : figure;
}

function sum(sign: string, written: string, magnitude: string | undefined, single: boolean): string {
	const money = CURRENCIES[sign.toUpperCase()] ?? DOLLAR;
	const figure = plainFigure(written);
	const name = (amount: string): string => (single ? money.one : plural(amount, money.one, money.many));
	if (magnitude !== undefined) return `${amountWords(figure)} ${MAGNITUDES[magnitude.toLowerCase()]} ${single ? money.one : money.many}`;
	const [whole = '', cents] = figure.replace(/,/g, '').split('.');
	if (cents === undefined || /^0+$/.test(cents)) return `${cardinal(whole)} ${name(whole)}`;
	if (cents.length !== 2 || money.cent === undefined) return `${amountWords(figure)} ${single ? money.one : money.many}`;
	const small = `${cardinal(cents)} ${plural(cents, ...money.cent)}`;
	return /^0+$/.test(whole) ? small : `${cardinal(whole)} ${name(whole)} and ${small}`;
}

/** $3.50 -> three dollars and fifty cents; 5 € -> five euros; £1.2m -> one point two million pounds. */
export function sayMoney(text: string): string {
	return text
		.replace(TO_MONEY, ' to ')
		.replace(BEFORE, (found, minus: string, sign: string, late: string, figure: string, to: string | undefined, magnitude: string | undefined, at: number, all: string) => {
			const single = adjectival(all, at, at + found.length);
			const below = minus === '' && late === '' ? '' : 'minus ';
			if (to === undefined) return `${below}${sum(sign, figure, magnitude, single)}`;
			return `${below}${amountWords(plainFigure(figure))} to ${sum(sign, to, magnitude, single)}`;
		})
		.replace(AFTER, (found, figure: string, magnitude: string | undefined, sign: string, at: number, all: string) =>
			sum(sign, figure, magnitude, adjectival(all, at, at + found.length)),
		)
		.replace(CENT_SIGN, (_found, cents: string) => `${cardinal(cents)} ${plural(cents, 'cent')}`);
}
