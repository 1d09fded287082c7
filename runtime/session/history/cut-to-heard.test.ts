// Guards against: words in the history that were never heard, or heard words that are lost.
import fc from 'fast-check';
import { cutToHeard } from './cut-to-heard';

const word = fc.constantFrom('you', 'have', 'two', 'meetings', 'on', 'friday', 'at', 'nine', 'and', 'a', 'haircut');
const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `${words.join(' ')}.`);
const countWords = (text: string): number => text.match(/[a-z]+/g)?.length ?? 0;

it('keeps exactly as many words as were heard, and each message is a beginning of what was written', () => {
	fc.assert(
		fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), fc.nat(), (messages, cut) => {
			const words = messages.join(' ').match(/[a-z]+/g) ?? [];
			const heard = words.slice(0, cut % (words.length + 1)).join(' ');
			const kept = cutToHeard(messages, heard);
			kept.forEach((content, index) => expect(messages[index]?.startsWith(content)).toBe(true));
			expect(countWords(kept.join(' '))).toBe(countWords(heard));
		}),
	);
});

it('finds each message behind what the agent said without a model', () => {
	const written = ['', 'You have two meetings.'];
	expect(cutToHeard(written, 'One moment please. You have two')).toEqual(['', 'You have two']);
	expect(cutToHeard(written, 'One moment please.')).toEqual(['', '']);
});

it('compares what is spoken, not what is written', () => {
	expect(cutToHeard(['- **Monday**: [dentist](https://x.org/a)\n- Friday'], 'Monday: dentist. Friday.')).toEqual([
		'- **Monday**: [dentist](https://x.org/a)\n- Friday',
	]);
	expect(cutToHeard(['- **Monday**: [dentist](https://x.org/a)\n- Friday'], 'Monday: dentist.')).toEqual(['Monday: dentist.']);
});
