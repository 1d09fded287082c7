// Guards against: a long sentence that is cut off, words lost or cut between two parts, and emotion tags that are read out.
import fc from 'fast-check';
import { lettersOf, orpheusText } from './orpheus-text';
import { MOST_LETTERS, speechParts } from './parts';

const word = fc.constantFrom('appointment', 'a', 'café', 'naïve', '2026', 'NHS', '<laugh>', '<sigh>', '预约', '안녕하세요', 'नमस्ते', 'x'.repeat(300));
const mark = fc.constantFrom(' ', ', ', '. ', '? ', '。', '，', '\n', ' - ');
const text = fc.array(fc.tuple(word, mark), { maxLength: 80 }).map((pairs) => pairs.flat().join(''));
/** What is said: parts may get a full stop, and lose the space between them. */
function said(parts: readonly string[]): string {
	return parts.join('').replace(/[\s.]/g, '');
}

it('loses nothing, cuts no tag and no letter from its marks, and keeps every part short', () => {
	fc.assert(
		fc.property(text, (long) => {
			const parts = speechParts(long);
			expect(said(parts)).toBe(said([orpheusText(long)]));
			for (const part of parts) {
				expect(lettersOf(part)).toBeLessThanOrEqual(MOST_LETTERS + 1);
				expect(part).not.toMatch(/^\p{M}/u);
				expect(part.replace(/<(?:laugh|sigh)>/g, '')).not.toMatch(/[<>]/);
			}
		}),
	);
});

it('leaves a sentence whole, and cuts a long text where it breathes', () => {
	const sentence = 'I have booked your dentist appointment for tomorrow at three p m.';
	expect(speechParts(sentence)).toEqual([sentence]);
	expect(speechParts(`${sentence} ${sentence} ${sentence} ${sentence}`)).toEqual([`${sentence} ${sentence}`, `${sentence} ${sentence}`]);
	const clauses = `${'one thing after another and '.repeat(4)}then, ${'something else that follows '.repeat(4)}at last`;
	expect(speechParts(clauses)[0]).toMatch(/then,$/);
	expect(speechParts(clauses)[1]).toMatch(/^something/);
});

it('counts what takes long to say', () => {
	expect(lettersOf('word')).toBe(4);
	expect(lettersOf('2026')).toBe(16);
	expect(lettersOf('你好')).toBe(6);
	expect(lettersOf('<laugh>')).toBe(20);
	expect(lettersOf('a < b > c')).toBe(9);
});

it('gives the model whole sentences: an end, its tags, no tokens of somebody else', () => {
	expect(orpheusText('Hello')).toBe('Hello.');
	expect(orpheusText('That is  fun <Laugh>')).toBe('That is fun <laugh>');
	expect(orpheusText('Hi <custom_token_2><|eot_id|>there')).toBe('Hi there.');
	expect(orpheusText('<sigh>')).toBe('<sigh>');
	for (const nothing of ['', ' ', '...', '?!', '😀🎉']) expect(speechParts(nothing)).toEqual([]);
});
