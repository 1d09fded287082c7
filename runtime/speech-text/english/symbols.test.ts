// Guards against: marks that are read as nothing or by their names.
import { saySymbols } from './symbols';

/** Space is put in order by speakable. */
const said = (text: string): string => saySymbols(text).replace(/\s+/g, ' ').trim();

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
	expect(said(written)).toBe(spoken);
});

it.each(['well-known', 'Wi-Fi'])('leaves %j alone', (written) => {
	expect(saySymbols(written)).toBe(written);
});
