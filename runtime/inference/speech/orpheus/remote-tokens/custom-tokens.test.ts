// Guards against: audio tokens that are lost, doubled or misread where a stream is cut, which is heard as noise.
import fc from 'fast-check';
import { CustomTokens, END_TOKEN } from './custom-tokens';

function readAll(pieces: readonly string[]): unknown[] {
	const parser = new CustomTokens();
	return pieces.flatMap((piece) => parser.push(piece));
}

it('reads the same numbers wherever the text is cut and whatever stands between', () => {
	const between = fc.constantFrom('', ' ', '\n', 'text', '<', '<custom_token_', '<custom_token_1234567>', '<custom_token_12 >', '<laugh>', '<|audio|>', '<<', '>', '�');
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(28_681), between), { maxLength: 20 }), fc.array(fc.nat(600), { maxLength: 40 }), (tokens, cuts) => {
			const text = tokens.map(([number, noise]) => `${noise}<custom_token_${number}>`).join('');
			const places = [...cuts.filter((cut) => cut < text.length).toSorted((one, two) => one - two), text.length];
			const pieces = places.map((place, index) => text.slice(places[index - 1] ?? 0, place));
			expect(readAll(pieces)).toEqual(tokens.map(([number]) => number));
		}),
		{ numRuns: 500 },
	);
});

it('sees the end of the model\'s turn', () => {
	expect(readAll(['<custom_token_7><|eo', 't_id|><custom_token_8>'])).toEqual([7, END_TOKEN, 8]);
	expect(readAll(['<|end_of_text|>'])).toEqual([END_TOKEN]);
});

it('keeps no more than a token\'s beginning of endless text', () => {
	const parser = new CustomTokens();
	for (let turn = 0; turn < 1000; turn++) expect(parser.push('<custom_token_'.repeat(100))).toEqual([]);
	expect(parser.push('5>')).toEqual([5]);
});
