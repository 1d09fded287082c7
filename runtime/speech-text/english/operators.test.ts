// Guards against: comparisons of which only the figures are left.
import { sayOperators } from './operators';

/** Space is put in order by speakable. */
const said = (text: string): string => sayOperators(text).replace(/\s+/g, ' ').trim();

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
	expect(said(written)).toBe(spoken);
});

it.each(['1920x1080', 'a <-> b', 'x => 5', 'a < b'])('leaves %j alone', (written) => {
	expect(sayOperators(written)).toBe(written);
});
