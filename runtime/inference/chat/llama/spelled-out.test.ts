// Guards against: a caller's hour that another recogniser wrote in figures, and the pack's model answered with one of its own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UNCLEAR } from '../../../contract/chat';
import { packageRoot } from '../../../lib/package-root';
import { spelledOut } from './spelled-out';

function heard(content: string): string {
	return spelledOut([{ role: 'user', content }])[0]?.content ?? '';
}

test.each([
	['Book a dentist appointment tomorrow at 3pm.', 'book a dentist appointment tomorrow at three p m'],
	['At 3:00 p.m., please!', 'at three p m please'],
	['Lunch with Anna, June 21st at 7', 'lunch with anna june twenty first at seven'],
	['At 10:15 AM', 'at ten fifteen a m'],
	["It's at 7 o'clock", "it's at seven o'clock"],
	['“Yes”, that’s right…', "yes that's right"],
])('%s', (written, words) => {
	expect(heard(written)).toBe(words);
});

test('what the pack\'s recogniser writes stays as it is', () => {
	const sentences = readFileSync(path.join(packageRoot(), 'models', 'listen', 'demo-sentences.txt'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
	expect(sentences.length).toBeGreaterThan(50);
	expect(sentences.filter((sentence) => heard(sentence) !== sentence)).toEqual([]);
});

test('only what the caller said is changed, and the sign that it was not understood is no word', () => {
	const messages = [
		{ role: 'system' as const, content: 'It is 3 PM.' },
		{ role: 'user' as const, content: UNCLEAR },
		{ role: 'assistant' as const, content: 'At 3?', toolCalls: [] },
	];
	expect(spelledOut(messages)).toEqual(messages);
});

test('a question that is to be asked is put as its model knows it', () => {
	const question = { status: 'not said', what: 'day, time', inputs: ['day', 'time'], note: 'Ask.' };
	const call = { id: 'c', name: 'book', arguments: {} };
	const [message] = spelledOut([{ role: 'assistant', content: '', toolCalls: [{ ...call, result: question }, { ...call, result: { status: 'unclear', of: 'a tool' } }] }]);
	expect(message).toMatchObject({ toolCalls: [{ result: { status: 'unclear', what: 'day' } }, { result: { status: 'unclear', of: 'a tool' } }] });
});
