// Guards against: steps that spoil what another step has said or has yet to say.
import fc from 'fast-check';
import { sayEnglish } from './english';

function us(line: string): string {
	return sayEnglish(line, { dayFirst: false }).replace(/\s+/g, ' ').trim();
}
function gb(line: string): string {
	return sayEnglish(line, { dayFirst: true }).replace(/\s+/g, ' ').trim();
}

it.each([
	[
		"I can book you for Tuesday, December 1st at 3:30 PM. That's a 45-min slot for $65 (plus 8.875% tax).",
		"I can book you for Tuesday, December first at three thirty P M. That's a forty-five minute slot for sixty-five dollars (plus eight point eight seven five percent tax).",
	],
	['Your total is $1,249.00, due by 12/15/2026.', 'Your total is one thousand two hundred forty-nine dollars, due by December fifteenth, twenty twenty-six.'],
	["We're at 742 Oak Terrace, Springfield, IL 62704.", "We're at seven forty-two Oak Terrace, Springfield, I L six two seven zero four."],
	[
		'Our hours: Mon\u2013Thu 8:30am\u20136pm, Fri 8:30am\u20134pm, closed Sat & Sun.',
		'Our hours: Monday to Thursday eight thirty A M to six P M, Friday eight thirty A M to four P M, closed Saturday and Sunday.',
	],
	[
		'Call +1-415-555-0132 ext. 7 or mail info@acme-dental.com.',
		'Call plus one, four one five, five five five, zero one three two extension seven or mail info at acme dash dental dot com.',
	],
	['Flight UA 2041 leaves at 06:45 from gate B7.', 'Flight U A two zero four one leaves at six forty-five from gate B seven.'],
	["It's about 3.2 miles away (5.1 km), ~12 min by car.", "It's about three point two miles away (five point one kilometers), about twelve minutes by car."],
	['Take 2 tablets 3x daily, i.e. every 8 hrs.', 'Take two tablets three times daily, that is every eight hours.'],
	['In 1969, 600 million people watched; by 2010 it was 2.5B.', 'In nineteen sixty-nine, six hundred million people watched; by twenty ten it was two point five billion.'],
	['Dr. Jones (DDS) has openings on the 3rd, 4th, and 7th.', 'Doctor Jones (D D S) has openings on the third, fourth, and seventh.'],
	['2. Wash & cut \u2013 $35, 1h30', 'two: Wash and cut \u2013 thirty-five dollars, one hour thirty minutes'],
	['Room 12 is 3x4 m, room 204 is 20 m\u00b2.', 'Room twelve is three times four meters, room two oh four is twenty square meters.'],
])('says %j', (written, said) => {
	expect(us(written)).toBe(said);
});

it('takes the day or the month first, as the language does', () => {
	expect(us('on 3/4/2026')).toBe('on March fourth, twenty twenty-six');
	expect(gb('on 3/4/2026')).toBe('on April third, twenty twenty-six');
	expect(gb('on 3/14/2026')).toBe('on March fourteenth, twenty twenty-six');
});

const sign = fc.constantFrom(...'0123456789.,:;/-+()$\u20ac%#@&<>=~*x aApPmMkKtT\u00bd\u00b0\'"'.split(''));

it('leaves no figure', () => {
	fc.assert(
		fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
			expect(us(signs.join(''))).not.toMatch(/\d/);
		}),
		{ numRuns: 3000 },
	);
});

it('loses no plain word', () => {
	const word = fc.constantFrom('you', 'have', 'meetings', 'on', 'friday', 'may', 'march', 'cost', "don't", 'half', 'no', 'in', 'max', 'sat', 'sun', 'art', 'Anna', 'I');
	fc.assert(
		fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.constantFrom('.', '?', ' 5.', ', $3.50', ' 9am'), (words, end) => {
			const line = words.join(' ');
			expect(us(`${line}${end}`).startsWith(line)).toBe(true);
		}),
	);
});
