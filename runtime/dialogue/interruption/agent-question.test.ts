// Guards against: "yes" taken for a sign of listening where it answers, and the other way round.
import { asksQuestion } from './agent-question';

it('goes by the last sentence where all was heard', () => {
	expect(asksQuestion('Shall I book it?')).toBe(true);
	expect(asksQuestion('Done. Shall I book another one?')).toBe(true);
	expect(asksQuestion('Shall I? Done.')).toBe(false);
	expect(asksQuestion('He asked "why?"')).toBe(true);
	expect(asksQuestion('')).toBe(false);
	expect(asksQuestion('\u4e88\u7d04\u3057\u307e\u3059\u304b\uff1f')).toBe(true);
});

it('goes by the sentence that was being said', () => {
	const text = 'You have two meetings. Shall I cancel one of them? Just tell me which.';
	expect(asksQuestion(text, 'You have two')).toBe(false);
	expect(asksQuestion(text, 'You have two meetings.')).toBe(false);
	expect(asksQuestion(text, 'You have two meetings. Shall I')).toBe(true);
	expect(asksQuestion(text, 'You have two meetings. Shall I cancel one of them?')).toBe(true);
	expect(asksQuestion(text, 'You have two meetings. Shall I cancel one of them? Just')).toBe(true);
	expect(asksQuestion(text, text)).toBe(false);
	expect(asksQuestion(text, '')).toBe(false);
});
