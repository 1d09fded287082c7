// Guards against: half words, words that were never played, and text out of order in what "was heard".
import fc from 'fast-check';
import { heardText, type SpokenPiece } from './heard-text';

const whole = (text: string, samples: number): SpokenPiece => ({ text, samples, whole: true });

it('counts a word only when its end was played', () => {
	const pieces = [whole('one two', 7000)];
	expect(heardText(pieces, 2999)).toBe('');
	expect(heardText(pieces, 3000)).toBe('one');
	expect(heardText(pieces, 6999)).toBe('one');
	expect(heardText(pieces, 7000)).toBe('one two');
});

it('goes on from piece to piece', () => {
	const pieces = [whole('You have two meetings.', 16_000), whole('The first is at nine.', 16_000)];
	expect(heardText(pieces, 15_999)).toBe('You have two meetings.');
	expect(heardText(pieces, 16_000)).toBe('You have two meetings.');
	expect(heardText(pieces, 23_000)).toBe('You have two meetings. The first');
	expect(heardText(pieces, 99_000)).toBe('You have two meetings. The first is at nine.');
});

it('gives digits and pauses the time they take', () => {
	// Of 23 parts of the time 4 + 1 are "It is" with its space, 12 the digits.
	expect(heardText([whole('It is 555 here', 23_000)], 5000)).toBe('It is');
	expect(heardText([whole('It is 555 here', 23_000)], 17_000)).toBe('It is');
	expect(heardText([whole('It is 555 here', 23_000)], 18_000)).toBe('It is 555');
	// The comma is 4 of 12.
	expect(heardText([whole('Well, yes', 12_000)], 4000)).toBe('Well,');
	expect(heardText([whole('Well, yes', 12_000)], 11_900)).toBe('Well,');
});

it('does not take a sentence that is still being made for shorter than it will be', () => {
	const growing = { text: 'The first meeting is at nine.', samples: 8000, whole: false };
	expect(heardText([growing], 8000)).toBe('The first');
	// At 48 kHz the same samples are a third of the time.
	expect(heardText([growing], 8000, 48_000)).toBe('The');
	// The piece before tells the pace: 1000 samples a letter.
	expect(heardText([whole('abcdefghij', 10_000), growing], 10_000 + 8000)).toBe('abcdefghij The');
	expect(heardText([growing], 0)).toBe('');
});

it('joins Chinese and Japanese without spaces, and cuts between their signs', () => {
	expect(heardText([whole('\u4f60\u597d\u3002', 900), whole('\u660e\u5929\u89c1', 900)], 1800)).toBe('\u4f60\u597d\u3002\u660e\u5929\u89c1');
	expect(heardText([whole('\u4f60\u597d\u5417', 900)], 450)).toBe('\u4f60');
});

const piece = fc.record({
	text: fc.array(fc.constantFrom('you', 'have', 'a', 'meeting,', '3', '15:30', '\u2013', 'ni\u00f1o', '(yes)', '\u4f60\u597d', '\ud83d\ude00', 'end.'), { maxLength: 8 }).map((words) => words.join(' ')),
	samples: fc.integer({ min: 0, max: 50_000 }),
	whole: fc.boolean(),
});

const joined = (pieces: SpokenPiece[]): string => heardText(pieces.map((one) => ({ ...one, whole: true })), Number.MAX_SAFE_INTEGER);

describe('for any speech', () => {
	const pieces = fc.array(piece, { maxLength: 5 });

	it('is the beginning of all text, and ends at the end of a word', () => {
		fc.assert(
			fc.property(pieces, fc.nat({ max: 200_000 }), (given, played) => {
				const heard = heardText(given, played);
				const all = joined(given);
				expect(all.startsWith(heard)).toBe(true);
				const cut = all.slice(heard.length - 1, heard.length + 1);
				if (heard !== '') expect(cut).not.toMatch(/[a-z\d\u00f1][a-z\d\u00f1]/);
			}),
		);
	});

	it('never gets shorter while more is played', () => {
		fc.assert(
			fc.property(pieces, fc.nat({ max: 200_000 }), fc.nat({ max: 50_000 }), (given, played, more) => {
				expect(heardText(given, played + more).startsWith(heardText(given, played))).toBe(true);
			}),
		);
	});

	it('is all of the text when all of its sound was played', () => {
		fc.assert(
			fc.property(pieces, (given) => {
				const made = given.map((one) => ({ ...one, whole: true }));
				const samples = made.reduce((sum, one) => sum + one.samples, 0);
				expect(heardText(made, samples)).toBe(joined(made));
			}),
		);
	});
});
