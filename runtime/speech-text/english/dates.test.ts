// Guards against: days that are read as fractions, sums or ranges.
import { sayDates, sayDecades, sayYears, sayTimes } from './dates';

it.each([
	['2026-11-22', 'November twenty-second, twenty twenty-six'],
	['2026-11-22T15:30:00Z', 'November twenty-second, twenty twenty-six at 15:30'],
	['11/22/2026', 'November twenty-second, twenty twenty-six'],
	['22.11.2026', 'November twenty-second, twenty twenty-six'],
	['22/11/2026', 'November twenty-second, twenty twenty-six'],
	['3/4/26', 'March fourth, twenty twenty-six'],
	['on 5/6', 'on May sixth'],
	['Friday, 11/27', 'Friday, November twenty-seventh'],
	['Nov 22, 2026', 'November twenty-second, twenty twenty-six'],
	['Nov. 22nd', 'November twenty-second'],
	['November 22', 'November twenty-second'],
	['22 November 2026', 'the twenty-second of November, twenty twenty-six'],
	['the 22nd of November', 'the twenty-second of November'],
	['1 Jan 2027', 'the first of January, twenty twenty-seven'],
	['May 5-7', 'May fifth to seventh'],
	['May 5-June 7', 'May fifth to June seventh'],
	['Jan-Mar', 'January to March'],
	['June 2026', 'June twenty twenty-six'],
	['01/2027', 'January twenty twenty-seven'],
	['2027-01', 'January twenty twenty-seven'],
])('says %j', (written, said) => {
	expect(sayDates(written)).toBe(said);
});

it.each(['5/6 cup', '31/31/2026', '13.13.2026', 'it may 5 times', '1.2.3', '$3/4'])('leaves %j alone', (written) => {
	expect(sayDates(written)).toBe(written);
});

// Guards against: decades taken for seconds.

it.each([
	['the 1990s', 'the nineteen nineties'],
	['the 2000s', 'the two thousands'],
	['the 1910s', 'the nineteen tens'],
	["the '90s", 'the nineties'],
	['in his 40s', 'in his forties'],
	['80s music', 'eighties music'],
	['1900s', 'nineteen hundreds'],
])('says %j', (written, said) => {
	expect(sayDecades(written)).toBe(said);
});

it.each(['wait 40s'])('leaves %j alone', (written) => {
	expect(sayDecades(written)).toBe(written);
});

// Guards against: years that are counted, and sums read as years.

it.each([
	['in 2026', 'in twenty twenty-six'],
	['1999 was', 'nineteen ninety-nine was'],
	['since 1850', 'since eighteen fifty'],
	['in 1066', 'in ten sixty-six'],
	['2005', 'two thousand five'],
	['the year 2000', 'the year two thousand'],
	['from 1914 to 1918', 'from nineteen fourteen to nineteen eighteen'],
	['1999 km', 'nineteen ninety-nine km'],
])('says %j', (written, said) => {
	expect(sayYears(written)).toBe(said);
});

it.each(['2000 people', 'in 2000 cases', '1500', '$2026'])('leaves %j alone', (written) => {
	expect(sayYears(written)).toBe(written);
});

// Guards against: times read as numbers.

it.each([
	['3:30pm', 'three thirty P M'],
	['3:30 PM', 'three thirty P M'],
	['9 a.m.', 'nine A M.'],
	['9 a.m. Come by.', 'nine A M. Come by.'],
	['9am', 'nine A M'],
	['15:30', 'fifteen thirty'],
	['15:00', 'fifteen hundred'],
	['9:00', "nine o'clock"],
	['10:05', 'ten oh five'],
	['12:00', "twelve o'clock"],
	['0:00', 'midnight'],
	['10:05:30', 'ten oh five and thirty seconds'],
	['2h 15m', 'two hours fifteen minutes'],
	['1h30', 'one hour thirty minutes'],
	['1 hr 30 min', 'one hour thirty minutes'],
	['16:9', 'sixteen to nine'],
	['a 3:2 win', 'a three to two win'],
	['3 am', 'three A M'],
	['25:00', 'twenty-five to zero'],
])('says %j', (written, said) => {
	expect(sayTimes(written)).toBe(said);
});

it.each(['I am 5', '1:2:3'])('leaves %j alone', (written) => {
	expect(sayTimes(written)).toBe(written);
});
