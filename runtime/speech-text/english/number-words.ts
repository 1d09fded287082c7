const SMALL =
	`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
	seventeen eighteen nineteen`.split(/\s+/);
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SCALES = ['', ' thousand', ' million', ' billion', ' trillion'];

/** Nobody says a number of more digits than this as one number. */
const LONGEST_NUMBER = 3 * SCALES.length;

/** Digits are heard, and noted down, in groups of this many. */
const GROUP = 3;
/** So many are still heard as one group. */
const LONGEST_GROUP = 5;

function belowHundred(value: number): string {
	if (value < 20) return SMALL[value] ?? '';
	const tens = TENS[Math.floor(value / 10)] ?? '';
	return value % 10 === 0 ? tens : `${tens}-${SMALL[value % 10]}`;
}

function belowThousand(value: number): string {
	if (value < 100) return belowHundred(value);
	const hundreds = `${SMALL[Math.floor(value / 100)]} hundred`;
	return value % 100 === 0 ? hundreds : `${hundreds} ${belowHundred(value % 100)}`;
}

/** '0132' -> 'zero one three two'. */
export function digitWords(digits: string): string {
	return Array.from(digits, (digit) => SMALL[Number(digit)] ?? '').join(' ');
}

/** Digit by digit, with a pause after each group: '123456' -> 'one two three, four five six'. */
export function groupedDigits(digits: string): string {
	if (digits.length <= LONGEST_GROUP) return digitWords(digits);
	const groups: string[] = [];
	for (let at = 0; at < digits.length; ) {
		// Not 3 + 1 at the end, but 4.
		const size = digits.length - at === GROUP + 1 ? GROUP + 1 : GROUP;
		groups.push(digitWords(digits.slice(at, at + size)));
		at += size;
	}
	return groups.join(', ');
}

/** '1234' -> 'one thousand two hundred thirty-four'. Digit by digit where it is too long for a number. */
export function cardinal(digits: string): string {
	const plain = digits.replace(/^0+(?=\d)/, '');
	if (plain.length > LONGEST_NUMBER) return groupedDigits(plain);
	if (plain === '0') return 'zero';
	const words: string[] = [];
	for (let scale = Math.ceil(plain.length / 3) - 1; scale >= 0; scale--) {
		const end = plain.length - 3 * scale;
		const group = Number(plain.slice(Math.max(0, end - 3), end));
		if (group > 0) words.push(`${belowThousand(group)}${SCALES[scale]}`);
	}
	return words.join(' ');
}

const IRREGULAR_ORDINALS: Record<string, string> = {
	one: 'first',
	two: 'second',
	three: 'third',
	five: 'fifth',
	eight: 'eighth',
	nine: 'ninth',
	twelve: 'twelfth',
};

/** '22' -> 'twenty-second'. */
export function ordinal(digits: string): string {
	return cardinal(digits).replace(/[a-z]+$/, (last) => IRREGULAR_ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`));
}

/** 1000 to 2099: '1999' -> 'nineteen ninety-nine', '2005' -> 'two thousand five'. */
export function yearWords(digits: string): string {
	const year = Number(digits);
	const rest = year % 100;
	if (year % 1000 < 10) return cardinal(digits);
	const century = belowHundred(Math.floor(year / 100));
	if (rest === 0) return `${century} hundred`;
	return rest < 10 ? `${century} oh ${SMALL[rest]}` : `${century} ${belowHundred(rest)}`;
}

/** As rooms and houses are numbered: '204' -> 'two oh four', '1204' -> 'twelve oh four', '300' -> 'three hundred'. */
export function pairWords(digits: string): string {
	if (digits.startsWith('0')) return digitWords(digits);
	if (digits.length !== 3 || digits.endsWith('00')) return digits.length === 4 ? yearWords(digits) : cardinal(digits);
	const rest = digits.charAt(1) === '0' ? `oh ${digitWords(digits.charAt(2))}` : cardinal(digits.slice(1));
	return `${digitWords(digits.charAt(0))} ${rest}`;
}

/** '1,234.50' -> 'one thousand two hundred thirty-four point five zero'. */
export function amountWords(amount: string): string {
	const [whole = '', decimals] = amount.replace(/,/g, '').split('.');
	const words = cardinal(whole === '' ? '0' : whole);
	return decimals === undefined || decimals === '' ? words : `${words} point ${digitWords(decimals)}`;
}

/** 'dollar' -> 'dollars', where there is not exactly one of them. */
export function plural(amount: string, one: string, many = `${one}s`): string {
	return /^0*1$/.test(amount) ? one : many;
}
