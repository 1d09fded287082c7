// Guards against: callers who are read asterisks, addresses and tables aloud, or who miss words.
import fc from 'fast-check';
import { speakableIn } from './speakable';

const speakable = speakableIn('');

it.each([
	['It is **booked** for *friday*.', 'It is booked for friday.'],
	['This is __very__ _nice_ ~~not~~', 'This is very nice not'],
	['**It is booked.', 'It is booked.'],
	['Keep snake_case and 2 * 3', 'Keep snake case and two times three'],
	['## Your week', 'Your week.'],
	['- Monday at nine', 'Monday at nine.'],
	['* [ ] call Anna', 'call Anna.'],
	['1. Book it', 'one: Book it.'],
	['1. **Cut** - $25\n2. *Wash*', 'one: Cut, twenty-five dollars. two: Wash.'],
	['> quoted', 'quoted'],
	['---', ''],
	['| Day | Time |\n|---|:---:|\n| Monday | 9 |', 'Day, Time. Monday, nine.'],
	['See [the page](https://example.com/a?b=c) now', 'See the page now'],
	['Go to https://www.example.com/path/x?y=1.', 'Go to example dot com.'],
	['<https://example.org>', 'example dot org'],
	['![A cat](cat.png)', 'A cat'],
	['Run `npm start` now', 'Run npm start now'],
	['Here:\n```js\nconst a = 1;\n```', 'Here: code omitted.'],
	['```\nnever closed', 'code omitted.'],
	['Great! \ud83d\ude00\ud83d\udc4d\ud83c\udffd See you \u2764\ufe0f', 'Great! See you'],
	['\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\udde9\ud83c\uddea', ''],
	['Press 1\ufe0f\u20e3', 'Press one'],
	['Nice :-) <3', 'Nice'],
	['<laugh> Oh well <sigh>', '<laugh> Oh well <sigh>'],
	['<laugh>', '<laugh>'],
	['It is <sigh> 5<chuckle>', 'It is <sigh> five<chuckle>'],
	['a<br>b <b>c</b>', 'a b c'],
	['Tom &amp; Anna', 'Tom and Anna'],
	['3 < 4 and 5 > 4', 'three is less than four and five is greater than four'],
	['See [1] and ![](a.png).', 'See and.'],
	['It costs $3.50 at 15:30', 'It costs three dollars and fifty cents at fifteen thirty'],
	['\u4f60\u597d\u3002', '\u4f60\u597d\u3002'],
	['**', ''],
	[' ... ', ''],
])('says %j', (written, said) => {
	expect(speakable(written)).toBe(said);
});

const fragment = fc.constantFrom(
	...['word', ' ', '\n', '**', '*', '_', '`', '```', '[', '](', ')', '#', '- ', '|', '---', 'https://a.b/c', '<', '>', '<laugh>', '&amp;'],
	...['\ud83d\ude00', '\ufe0f', '\u20e3', '1', '.', '!', '\\', '~~', '\u4f60'],
);

it('says nothing or something with words in it, on one line, without pictures', () => {
	fc.assert(
		fc.property(fc.oneof(fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join('')), fc.string({ unit: 'grapheme' })), (text) => {
			const said = speakable(text);
			if (said !== '') expect(said).toMatch(/[\p{L}\p{N}]/u);
			expect(said).not.toMatch(/\n|\*\*|\p{Extended_Pictographic}|[\u{1f3fb}-\u{1f3ff}]/u);
			expect(said).toBe(said.trim());
		}),
		{ numRuns: 2000 },
	);
});

it('leaves plain text as it is', () => {
	const plain = fc.array(fc.constantFrom('you', 'have', "don't", 'two', 'ni\u00f1o', 'A M', 'well-known', 'OK,', 'I', '(yes)', '<laugh>'), { minLength: 1 });
	fc.assert(
		fc.property(plain, (words) => {
			expect(speakable(words.join(' '))).toBe(words.join(' '));
		}),
	);
});

const written = fc.constantFrom(
	...['It costs $3.50', 'at 3:30 pm', 'on 11/22/2026', 'call (415) 555-0132', 'in 2026', '5 km', '50%', 'the FBI', 'Dr. Smith', 'a@b.org', '1/2', 'and', '**now**'],
	...['Mon-Fri', '9-5', 'Henry VIII', '#5', '3rd', 'A & B', '<sigh>', '~5', '20\u00b0C', '5\'10"', 'e.g. this', '10k', '24/7', 'x = 5', 'https://a.org/b'],
);

it('has nothing to change in what it said', () => {
	fc.assert(
		fc.property(fc.array(written, { minLength: 1, maxLength: 8 }), (parts) => {
			const said = speakable(parts.join(' '));
			expect(speakable(said)).toBe(said);
		}),
		{ numRuns: 1000 },
	);
});

it.each([
	['de', 'Das kostet **3,50 \u20ac** um 15:30.', 'Das kostet 3,50 \u20ac um 15:30.'],
	['fr-FR', '- `x` \u00e0 9h30', 'x \u00e0 9h30.'],
	['zh', '\u4ef7\u683c\u662f **35** \u5143\u3002', '\u4ef7\u683c\u662f 35 \u5143\u3002'],
	['hi', '\u0915\u0940\u092e\u0924 5 \u0939\u0948\u0964', '\u0915\u0940\u092e\u0924 5 \u0939\u0948\u0964'],
	['de', '```\nx\n```', 'Code ausgelassen.'],
	['pt', 'Veja ```\nx\n```', 'Veja \u2026'],
	['en-GB', 'on 3/4/2026', 'on April third, twenty twenty-six'],
	['en_US', 'on 3/4/2026', 'on March fourth, twenty twenty-six'],
])('says in %s %j', (language, text, said) => {
	expect(speakableIn(language)(text)).toBe(said);
});

it.each(['<', '.', '1', '1,', '1.', '1-', '$1', '(', '[](', '*', '_', '`', '|', '&amp;', 'a@', 'A.', '1:', '1/', 'Jan 1 - ', '<a', '\u{1f600}', '1 000 ', 'a_', 'St. ', 'Aa '])(
	'gets through 50,000 signs of %j',
	(unit) => {
		expect(typeof speakable(unit.repeat(50_000 / unit.length))).toBe('string');
	},
);
