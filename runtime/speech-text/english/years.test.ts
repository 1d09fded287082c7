// Guards against: years that are counted, and sums read as years.
import { sayYears } from './years';

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
