// Guards against: half words, words that were never played, and text out of order in what "was heard".
import fc from 'fast-check';
import { speakableIn } from '../../speech-text/speakable';
import { heardText, type SpokenPiece } from './heard-text';

function whole(text: string, samples: number): SpokenPiece {
	return { written: text, text, samples, whole: true };
}

it('counts a word only when its end was played', () => {
	const pieces = [whole('one two', 11_000)];
	expect(heardText(pieces, 5499)).toBe('');
	expect(heardText(pieces, 5500)).toBe('one');
	expect(heardText(pieces, 10_999)).toBe('one');
	expect(heardText(pieces, 11_000)).toBe('one two');
});

it('goes on from piece to piece', () => {
	const pieces = [whole('You have two meetings.', 16_000), whole('The first is at nine.', 16_000)];
	expect(heardText(pieces, 15_999)).toBe('You have two meetings.');
	expect(heardText(pieces, 16_000)).toBe('You have two meetings.');
	expect(heardText(pieces, 23_000)).toBe('You have two meetings. The first');
	expect(heardText(pieces, 99_000)).toBe('You have two meetings. The first is at nine.');
});

it('gives digits and pauses the time they take', () => {
	// Of 27.3 parts of the time 3.15 each are "It" and "is", 14.5 the digits.
	const digits = [whole('It is 555 here', 27_300)];
	expect(heardText(digits, 6400)).toBe('It is');
	expect(heardText(digits, 20_700)).toBe('It is');
	expect(heardText(digits, 20_900)).toBe('It is 555');
	// Before the comma "Well" is drawn out to 8.75 of 16.5; then comes a pause.
	const pause = [whole('Well, yes', 16_500)];
	expect(heardText(pause, 8700)).toBe('');
	expect(heardText(pause, 8800)).toBe('Well,');
	expect(heardText(pause, 16_400)).toBe('Well,');
});

it('does not take a sentence that is still being made for shorter than it will be', () => {
	const text = 'The first meeting is at nine.';
	const growing = { written: text, text, samples: 9000, whole: false };
	expect(heardText([growing], 9000)).toBe('The first');
	// At 48 kHz the same samples are a third of the time.
	expect(heardText([growing], 9000, 48_000)).toBe('The');
	// The piece before tells the pace: 1000 samples a letter.
	expect(heardText([whole('abcdefghij', 12_500), growing], 12_500 + 9000)).toBe('abcdefghij The');
	expect(heardText([growing], 0)).toBe('');
});

it('joins Chinese and Japanese without spaces, and cuts between their signs', () => {
	expect(heardText([whole('\u4f60\u597d\u3002', 900), whole('\u660e\u5929\u89c1', 900)], 1800)).toBe('\u4f60\u597d\u3002\u660e\u5929\u89c1');
	expect(heardText([whole('\u4f60\u597d\u5417', 900)], 450)).toBe('\u4f60');
});

it('gives what was written for what was spoken', () => {
	const money = { written: 'It costs **$3.50**.', text: 'It costs three dollars and fifty cents.', samples: 39_000, whole: true };
	expect(heardText([money], 9000)).toBe('It costs');
	expect(heardText([money], 34_000)).toBe('It costs');
	expect(heardText([money], 39_000)).toBe('It costs **$3.50**.');
	const list = [
		{ written: '- **Monday**: [dentist](https://x.org/a)', text: 'Monday: dentist.', samples: 10_000, whole: true },
		{ written: '---', text: '', samples: 0, whole: true },
		{ written: '- Friday', text: 'Friday.', samples: 5000, whole: true },
	];
	expect(heardText(list, 5000)).toBe('- **Monday**:');
	expect(heardText(list, 10_000)).toBe('- **Monday**: [dentist](https://x.org/a) ---');
	expect(heardText(list, 15_000)).toBe('- **Monday**: [dentist](https://x.org/a) --- - Friday');
});

it('does not take for heard of what nothing is said', () => {
	const mark = { written: '\u2728', text: '', samples: 0, whole: true };
	expect(heardText([mark], 0)).toBe('');
	expect(heardText([mark, whole('Hello there', 9000)], 100)).toBe('');
	expect(heardText([mark, whole('Hello there', 9000)], 5000)).toBe('\u2728 Hello');
});

const piece = fc.record({
	words: fc.array(fc.constantFrom('you', 'have', 'a', 'meeting,', '3', '$3.50', '15:30', '\u2013', 'ni\u00f1o', '(yes)', '\u4f60\u597d', '\ud83d\ude00', 'end.', '<laugh>', '**now**'), { maxLength: 8 }),
	samples: fc.integer({ min: 0, max: 50_000 }),
	whole: fc.boolean(),
}).map(({ words, samples, whole: made }): SpokenPiece => {
	const written = words.join(' ');
	const text = speakableIn('')(written);
	return text === '' ? { written, text, samples: 0, whole: true } : { written, text, samples, whole: made };
});

function joined(pieces: SpokenPiece[]): string {
	return heardText(pieces.map((one) => ({ ...one, whole: true })), Number.MAX_SAFE_INTEGER);
}

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
