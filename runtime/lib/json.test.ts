// Guards against: text from outside that throws where it is read, and a value that is taken for broken text.
import fc from 'fast-check';
import { parseJson } from './json';

it('gives back every value that can be written as JSON', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const text = JSON.stringify(value);
			expect(parseJson(text)).toEqual(JSON.parse(text));
		}),
	);
});

it.each(['', ' ', '{', 'undefined', '{"a":1} b', '\u0000', '<html>'])('%j is no JSON', (text) => {
	expect(parseJson(text)).toBeUndefined();
});
