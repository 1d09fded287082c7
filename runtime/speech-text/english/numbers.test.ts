// Guards against: figures that are left over.
import { sayNumbers, sayListNumber, sayRanges, sayRomanNumerals, sayFractions } from './numbers';

it.each([
	['1', 'one'],
	['1,234', 'one thousand two hundred thirty-four'],
	['12345', 'twelve thousand three hundred forty-five'],
	['1000000', 'one million'],
	['1 000 000', 'one million'],
	['1.000.000', 'one million'],
	['3.14', 'three point one four'],
	['0.5', 'zero point five'],
	['.5', 'zero point five'],
	['-5', 'minus five'],
	['+1', 'plus one'],
	['1st 2nd 3rd 12th 21st 101st', 'first second third twelfth twenty-first one hundred first'],
	['1k', 'one thousand'],
	['2.5B', 'two point five billion'],
	['2M views', 'two million views'],
	['221B', 'two hundred twenty-one B'],
	['007', 'zero zero seven'],
	['1,2,3', 'one, two, three'],
	['4K', 'four K'],
	['n8n', 'n eight n'],
	['5-3', 'five-three'],
	['1234567890123456789', 'one two three, four five six, seven eight nine, zero one two, three four five, six seven eight nine'],
	['1.2.3', 'one point two point three'],
])('says %j', (written, said) => {
	expect(sayNumbers(written)).toBe(said);
});

// Guards against: list numbers that are sentences of their own.

it.each([
	['1. Book it', 'one: Book it'],
	['2) Cancel it', 'two: Cancel it'],
	['10. Tenth', 'ten: Tenth'],
])('says %j', (written, said) => {
	expect(sayListNumber(written)).toBe(said);
});

it.each(['1.5 hours', '3. ', '100. one', 'in 1. place'])('leaves %j alone', (written) => {
	expect(sayListNumber(written)).toBe(written);
});

// Guards against: ranges read as minus, and sums read as ranges.

it.each([
	['9-5', '9 to 5'],
	['10\u201312 km', '10 to 12 km'],
	['10% - 20%', '10% to 20%'],
	['3 p.m. \u2013 4 p.m.', '3 p.m. to 4 p.m.'],
	['5 - 3 = 2', '5 minus 3 = 2'],
	['1-2-3', '1, 2, 3'],
	['noon\u20131pm', 'noon to 1pm'],
	['1st-3rd', '1st to 3rd'],
])('says %j', (written, said) => {
	expect(sayRanges(written)).toBe(said);
});

it.each(['two-day', 'a-5'])('leaves %j alone', (written) => {
	expect(sayRanges(written)).toBe(written);
});

// Guards against: numerals read as letters, and words read as numerals.

it.each([
	['Henry VIII', 'Henry the eighth'],
	["Louis XIV's", "Louis the fourteenth's"],
	['Queen Elizabeth II', 'Queen Elizabeth the second'],
	['Chapter IV', 'Chapter four'],
	['World War II', 'World War two'],
	['WWII', 'World War two'],
	['Part I', 'Part one'],
])('says %j', (written, said) => {
	expect(sayRomanNumerals(written)).toBe(said);
});

it.each(['Part I like', 'Elizabeth I know', 'I think', 'MIX', 'Chapter IIII'])('leaves %j alone', (written) => {
	expect(sayRomanNumerals(written)).toBe(written);
});

// Guards against: fractions read with a slash, and scores read as fractions.

it.each([
	['1/2 cup', 'one half cup'],
	['2 1/2 hours', 'two and a half hours'],
	['3/4 of it', 'three quarters of it'],
	['1/3 and 2/3', 'one third and two thirds'],
	['2\u00bd hours', 'two and a half hours'],
	['\u00bc', 'one quarter'],
	['7/10', 'seven out of ten'],
	['8/100', 'eight out of one hundred'],
	['3.5/5', 'three point five out of five'],
	['rated 4/5', 'rated four out of five'],
	['4/5 stars', 'four out of five stars'],
	['24/7', 'twenty-four seven'],
	['50/50', 'fifty-fifty'],
])('says %j', (written, said) => {
	expect(sayFractions(written)).toBe(said);
});

it.each(['11/22', '1/2/3', '$1/2'])('leaves %j alone', (written) => {
	expect(sayFractions(written)).toBe(written);
});
