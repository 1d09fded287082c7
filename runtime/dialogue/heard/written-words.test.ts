// Guards against: a history that is cut at the wrong word because figures are spoken in other words than written.
import fc from 'fast-check';
import { speakableIn } from '../../speech-text/speakable';
import { wordsOf, writtenOf } from './written-words';

function countWords(text: string): number {
	return wordsOf(text).length;
}

/** What counts as heard after 0, 1, 2... words of what is spoken. */
function steps(written: string): string[] {
	const spoken = speakableIn('')(written);
	return Array.from({ length: countWords(spoken) + 1 }, (_, heard) => writtenOf(written, spoken, heard));
}

it.each([
	['It costs $3.50 now', ['', 'It', 'It costs', 'It costs $3.50', 'It costs $3.50 now']],
	['At 3:30 pm on 5/6/2026', ['', 'At', 'At 3:30', 'At 3:30 pm', 'At 3:30 pm on', 'At 3:30 pm on 5/6/2026']],
	['- **Call** (415) 555-0132', ['', '- **Call**', '- **Call** (415)', '- **Call** (415) 555-0132']],
	['\u4f60\u597d\u3002', ['', '\u4f60', '\u4f60\u597d\u3002']],
	['so so so', ['', 'so', 'so so', 'so so so']],
])('goes through %j word by word', (written, heard) => {
	expect([...new Set(steps(written))]).toEqual(heard);
});

it('counts a sum only when it was said to its end', () => {
	expect(steps('It costs $3.50 now').indexOf('It costs $3.50')).toBe(countWords('It costs three dollars and fifty cents'));
});

const word = fc.constantFrom('you', 'it', 'costs', '$3.50', '15:30', '**now**', 'https://a.org/b?c=d', '\u4f60', '50%', '\u2013', '\u2728', '<laugh>', 'so', 'the', 'FBI', '[x](y)', '`a`', '3');

it('grows with what was heard, from nothing to all, always a beginning', () => {
	fc.assert(
		fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
			const written = words.join(' ');
			const heard = steps(written);
			expect(heard[0]).toBe('');
			if (heard.length > 1) expect(heard.at(-1)).toBe(written);
			heard.forEach((text, index) => {
				expect(written.startsWith(text)).toBe(true);
				expect(text.startsWith(heard[index - 1] ?? '')).toBe(true);
			});
		}),
	);
});
