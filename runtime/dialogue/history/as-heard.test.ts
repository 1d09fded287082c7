// Guards against: words in the history that were never heard, or heard words that are lost.
import fc from 'fast-check';
import { heardText, type SpokenPiece } from '../heard/heard-text';
import { SentenceSplitter } from '../../speech-text/sentence-splitter';
import { speakableIn } from '../../speech-text/speakable';
import { asHeard } from './as-heard';

const word = fc.constantFrom('you', 'have', 'two', 'meetings', 'on', 'friday', 'at', 'nine', 'and', 'a', 'haircut');
const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `${words.join(' ')}.`);
function countWords(text: string): number {
	return text.match(/[a-z]+/g)?.length ?? 0;
}

it('keeps exactly as many words as were heard, and each message is a beginning of what was written', () => {
	fc.assert(
		fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), fc.nat(), (messages, cut) => {
			const words = messages.join(' ').match(/[a-z]+/g) ?? [];
			const heard = words.slice(0, cut % (words.length + 1)).join(' ');
			const kept = asHeard(messages, heard).contents;
			kept.forEach((content, index) => expect(messages[index]?.startsWith(content)).toBe(true));
			expect(countWords(kept.join(' '))).toBe(countWords(heard));
		}),
	);
});

it('finds each message behind what the agent said without a model', () => {
	const written = ['', 'You have two meetings.'];
	expect(asHeard(written, 'One moment please. You have two')).toEqual({ contents: ['', 'One moment please. You have two'], rest: '' });
	expect(asHeard(written, 'One moment please.')).toEqual({ contents: ['', ''], rest: 'One moment please.' });
});

it('keeps the form in which it was written', () => {
	const written = '- **Monday**: [dentist](https://x.org/a), $3.50\n- Friday';
	expect(asHeard([written], '- **Monday**: [dentist](https://x.org/a), $3.50 - Friday').contents).toEqual([written]);
	expect(asHeard([written], '- **Monday**: [dentist](https://x.org/a), $3.50').contents).toEqual(['- **Monday**: [dentist](https://x.org/a), $3.50']);
	expect(asHeard([written], '- **Monday**:').contents).toEqual(['- **Monday**:']);
	expect(asHeard(['It is 50% off.'], 'It is 50%').contents).toEqual(['It is 50%']);
});

it('cuts at the word of the writing whose sound was heard', () => {
	const written = 'On 11/22/2026 it costs $3.50, so call (415) 555-0132. Or mail a@b.org!';
	const splitter = new SentenceSplitter();
	const pieces = [...splitter.push(written), ...splitter.flush()].map((piece): SpokenPiece => {
		const text = speakableIn('')(piece);
		return { written: piece, text, samples: 1000 * text.length, whole: true };
	});
	const cuts = new Set<string>();
	for (let played = 0; played <= 1000 * 200; played += 500) cuts.add(asHeard([written], heardText(pieces, played)).contents[0] ?? '');
	const words = written.split(' ');
	expect([...cuts]).toEqual(words.map((_, index) => words.slice(0, index).join(' ')).concat(written));
});
