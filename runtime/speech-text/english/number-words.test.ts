// Guards against: figures that are said as other figures.
import fc from 'fast-check';
import { amountWords, cardinal, digitWords, groupedDigits, ordinal, pairWords, plural, yearWords } from './number-words';

const UNITS = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SCALES: Record<string, number> = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

/** The number that the words mean. */
function valueOf(words: string): number {
	let sum = 0;
	let group = 0;
	for (const word of words.split(/[ -]/)) {
		const scale = SCALES[word];
		if (scale !== undefined) {
			sum += group * scale;
			group = 0;
		} else if (word === 'hundred') group *= 100;
		else group += TENS.includes(word) ? 10 * (TENS.indexOf(word) + 2) : UNITS.indexOf(word);
	}
	return sum + group;
}

it('says every number as the number it is', () => {
	fc.assert(
		fc.property(fc.oneof(fc.nat(2000), fc.nat(1_000_000), fc.nat({ max: 999_999_999_999_999 })), (value) => {
			expect(valueOf(cardinal(String(value)))).toBe(value);
		}),
	);
});

it('says every digit', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^\d{1,40}$/), (digits) => {
			const said = groupedDigits(digits).replace(/,/g, '');
			expect(said).toBe(digitWords(digits));
			expect(said.split(' ').map((word) => UNITS.indexOf(word)).join('')).toBe(digits);
		}),
	);
});

it.each([
	['1', 'first'],
	['2', 'second'],
	['12', 'twelfth'],
	['20', 'twentieth'],
	['103', 'one hundred third'],
])('says the ordinal of %s', (digits, said) => {
	expect(ordinal(digits)).toBe(said);
});

it.each([
	['1066', 'ten sixty-six'],
	['1900', 'nineteen hundred'],
	['1905', 'nineteen oh five'],
	['2000', 'two thousand'],
	['2009', 'two thousand nine'],
	['2026', 'twenty twenty-six'],
])('says the year %s', (digits, said) => {
	expect(yearWords(digits)).toBe(said);
});

it.each([
	['204', 'two oh four'],
	['300', 'three hundred'],
	['315', 'three fifteen'],
	['1204', 'twelve oh four'],
	['042', 'zero four two'],
])('says the room %s', (digits, said) => {
	expect(pairWords(digits)).toBe(said);
});

it('says decimals digit by digit, and counts one of a thing', () => {
	expect(amountWords('1,234.50')).toBe('one thousand two hundred thirty-four point five zero');
	expect(['1', '01', '2', '0', '1.5'].map((amount) => plural(amount, 'dollar'))).toEqual(['dollar', 'dollar', 'dollars', 'dollars', 'dollars']);
});
