// Guards against: a model that goes round in circles aloud until its limit, and a good answer that is cut off because words come again.
import fc from 'fast-check';
import { Repetition } from './repetition';

function caughtAfter(text: string, pieces: readonly string[] = [text]): number | undefined {
	const repetition = new Repetition();
	let taken = 0;
	for (const piece of pieces) {
		taken += piece.length;
		if (repetition.goesOn(piece)) return taken;
	}
	return undefined;
}

it.each([
	['one word', 'Well, I think that is the the the the the the the the the the the the the the the'],
	['a sentence', 'Hello. I can help you with that. I can help you with that. I can help you with that. I can help you with that.'],
	['a sentence with other marks and letters', 'I can help you. I can help you! I CAN help you - "I can help you"?'],
	['a dialogue with itself', 'User: Hello. Assistant: Hi, how are you? User: Hello. Assistant: Hi, how are you? User: Hello. Assistant: Hi, how are you?'],
	['another language', 'Ich kann Ihnen dabei helfen. Ich kann Ihnen dabei helfen. Ich kann Ihnen dabei helfen. Ich kann'],
	['a language without spaces', '我可以帮你。我可以帮你。我可以帮你。我可以帮你。'],
	['a paragraph', 'The practice is open from nine to five on all days of the week, except for Wednesday, when it is open until seven in the evening, and it has two rooms. '.repeat(3)],
])('%s is a circle, however the answer comes in pieces', (_what, text) => {
	expect(caughtAfter(`${text} `)).toBeDefined();
	expect(caughtAfter(text, [...text, ' '])).toBeLessThanOrEqual(text.length + 1);
	expect(caughtAfter(text, [...text, ' '])).toBeGreaterThan(text.length / 4);
});

it.each([
	['doubled words', 'No, no, no. Ha ha ha ha! Very, very, very good.'],
	['a number, digit by digit', 'It is zero zero zero zero one one one one two.'],
	['an agenda', 'At 9 you have the dentist. At 10 you have the dentist. At 11 you have the dentist. At 12 you have the dentist.'],
	['a chorus', 'Row, row, row your boat, gently down the stream. Row, row, row your boat, gently down the stream.'],
	['what is asked back', 'Monday at nine. Monday at nine? Yes, Monday at nine is free.'],
	['words that begin alike', 'a aa aaa aaaa aaaaa aaaaaa aaaaaaa aaaaaaaa aaaaaaaaa aaaaaaaaaa aaaaaaaaaaa aaaaaaaaaaaa aaaaaaaaaaaaa'],
])('%s is none', (_what, text) => {
	expect(caughtAfter(`${text} `)).toBeUndefined();
	expect(caughtAfter(text, [...text, ' '])).toBeUndefined();
});

it('says the same wherever the text is cut', () => {
	const word = fc.constantFrom('yes', 'no', 'I can help', 'at nine.', '我', "don't", '\n', '…');
	fc.assert(
		fc.property(fc.array(word, { maxLength: 60 }), fc.array(fc.nat(200)), (words, cuts) => {
			const text = `${words.join(' ')} `;
			const places = [...new Set(cuts.filter((cut) => cut < text.length))].toSorted((one, two) => one - two);
			const pieces = [...places, text.length].map((place, index) => text.slice(places[index - 1] ?? 0, place));
			expect(caughtAfter(text, pieces) !== undefined).toBe(caughtAfter(text) !== undefined);
		}),
	);
});
