// Guards against: days that are read as fractions, sums or ranges.
import { sayDates } from './dates';

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
