// Guards against: text from outside that throws where it is read, a value that is taken for broken text,
// and long numbers that come out as other numbers.
import fc from 'fast-check';
import { parseJson, parseJsonKeepingDigits } from './json';

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

describe('parseJsonKeepingDigits', () => {
	it.each([
		['{"id":12345678901234567890}', { id: '12345678901234567890' }],
		['[12345678901234567890, 7, -9007199254740993]', ['12345678901234567890', 7, '-9007199254740993']],
		['{"iban":{"digits":[1e400, 3.14159265358979323846]}}', { iban: { digits: ['1e400', '3.14159265358979323846'] } }],
		// Quoted figures, escaped quotes, and numbers that lose nothing.
		['{"note":"say \\"12345678901234567890\\" aloud","n":9007199254740991,"x":1.50,"y":1E+20,"z":0.00000000000000012}', {
			note: 'say "12345678901234567890" aloud', n: 9007199254740991, x: 1.5, y: 1e20, z: 1.2e-16,
		}],
	])('%s', (text, value) => expect(parseJsonKeepingDigits(text)).toEqual(value));

	it('changes no value that JavaScript can hold', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => expect(parseJsonKeepingDigits(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))));
		fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => expect(parseJsonKeepingDigits(JSON.stringify([value]))).toEqual([value === 0 ? 0 : value])));
	});

	it('loses no digit of any number', () => {
		fc.assert(
			fc.property(fc.bigInt(), (value) => {
				const [read] = parseJsonKeepingDigits(`[${value}]`) as [unknown];
				expect(typeof read === 'number' ? BigInt(read).toString() : read).toBe(value.toString());
			}),
		);
	});
});
