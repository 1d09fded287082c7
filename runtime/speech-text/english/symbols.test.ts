// Guards against: marks that are read as nothing or by their names.
import { saySymbols, sayOperators } from './symbols';

/** Space is put in order by speakable. */
function inOrder(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

it.each([
	['A & B', 'A and B'],
	['he/she', 'he or she'],
	['and/or', 'and or'],
	['input/output', 'input slash output'],
	['x = 5', 'x equals 5'],
	['C++ and C#', 'C plus plus and C sharp'],
	['.NET', 'dot net'],
	['a -> b', 'a to b'],
	['a <-> b', 'a to and from b'],
	['Haircut - cheap', 'Haircut, cheap'],
	['20 dollars/hour', '20 dollars per hour'],
	['#fun', 'hashtag fun'],
	['10 %', '10 percent'],
	['a.b', 'a dot b'],
	['Yes.No', 'Yes. No'],
	['====', ''],
	['a | b', 'a b'],
	['n/a', 'not applicable'],
	['x\u00b2', 'x squared'],
	['@ five', 'at five'],
])('says %j', (written, spoken) => {
	expect(inOrder(saySymbols(written))).toBe(spoken);
});

it.each(['well-known', 'Wi-Fi'])('leaves %j alone', (written) => {
	expect(saySymbols(written)).toBe(written);
});

// Guards against: comparisons of which only the figures are left.

it.each([
	['~5', 'about 5'],
	['~$5', 'about $5'],
	['<$5', 'less than $5'],
	['and <5 min', 'and less than 5 min'],
	['3 < 4', '3 is less than 4'],
	['x > 5', 'x is greater than 5'],
	['x <= 5', 'x at most 5'],
	['5 \u2265 4', '5 at least 4'],
	['\u00b15', 'plus or minus 5'],
	['3 x 4', '3 times 4'],
	['3\u00d74', '3 times 4'],
	['2*3', '2 times 3'],
])('says %j', (written, spoken) => {
	expect(inOrder(sayOperators(written))).toBe(spoken);
});

it.each(['1920x1080', 'a <-> b', 'x => 5', 'a < b'])('leaves %j alone', (written) => {
	expect(sayOperators(written)).toBe(written);
});
