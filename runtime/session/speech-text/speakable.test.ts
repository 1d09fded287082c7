// Guards against: callers who are read asterisks, addresses and tables aloud.
import fc from 'fast-check';
import { speakable } from './speakable';

it.each([
	['It is **booked** for *friday*.', 'It is booked for friday.'],
	['This is __very__ _nice_ ~~not~~', 'This is very nice not'],
	['**It is booked.', 'It is booked.'],
	['Keep snake_case and 2 * 3', 'Keep snake_case and 2 3'],
	['## Your week', 'Your week.'],
	['- Monday at nine', 'Monday at nine.'],
	['* [ ] call Anna', 'call Anna.'],
	['1. Book it', '1. Book it'],
	['> quoted', 'quoted'],
	['---', ''],
	['| Day | Time |\n|---|:---:|\n| Monday | 9 |', 'Day, Time. Monday, 9.'],
	['See [the page](https://example.com/a?b=c) now', 'See the page now'],
	['Go to https://www.example.com/path/x?y=1.', 'Go to example dot com.'],
	['<https://example.org>', 'example dot org'],
	['![A cat](cat.png)', 'A cat'],
	['Run `npm start` now', 'Run npm start now'],
	['Here:\n```js\nconst a = 1;\n```', 'Here: code omitted.'],
	['```\nnever closed', 'code omitted.'],
	['Great! \ud83d\ude00\ud83d\udc4d\ud83c\udffd See you \u2764\ufe0f', 'Great! See you'],
	['\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\udde9\ud83c\uddea', ''],
	['Press 1\ufe0f\u20e3', 'Press 1'],
	['<laugh> Oh well <sigh>', '<laugh> Oh well <sigh>'],
	['<laugh>', '<laugh>'],
	['a<br>b <b>c</b>', 'a b c'],
	['Tom &amp; Anna', 'Tom and Anna'],
	['3 < 4 and 5 > 4', '3 < 4 and 5 > 4'],
	['It costs $3.50 at 15:30', 'It costs $3.50 at 15:30'],
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
	const plain = fc.array(fc.constantFrom('you', 'have', "don't", 'two', '15:30', '$3.50', 'ni\u00f1o', 'a.b@c.org'), { minLength: 1 });
	fc.assert(
		fc.property(plain, (words) => {
			expect(speakable(words.join(' '))).toBe(words.join(' '));
		}),
	);
});
