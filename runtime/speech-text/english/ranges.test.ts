// Guards against: ranges read as minus, and sums read as ranges.
import { sayRanges } from './ranges';

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
