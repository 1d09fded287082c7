// Guards against: a text that overflows whoever works on what it holds, and a limit that hits honest JSON.
import fc from 'fast-check';
import { JSON_TEXT_LIMITS, parseJson, parseJsonWithin } from './json';

it('reads all JSON that is within the limits, with or without space', () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
			expect(parseJson(JSON.stringify(value, null, space))).toEqual(JSON.parse(JSON.stringify(value)));
		}),
	);
});

it('takes brackets, commas and quotes inside texts for text', () => {
	const text = `${'[{,"\\'.repeat(1000)}é`;
	expect(parseJsonWithin(JSON.stringify([text]), { characters: 100_000, depth: 1, values: 1 })).toEqual([text]);
});

it.each([
	['lists', '['.repeat(65) + ']'.repeat(65)],
	['objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
	['a million levels', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
	['levels without end', '['.repeat(100_000)],
	['many values', `[${'1,'.repeat(JSON_TEXT_LIMITS.values + 1)}1]`],
	['many small lists', `[${'[],'.repeat(JSON_TEXT_LIMITS.values)}1]`],
	['too much text', `"${'x'.repeat(JSON_TEXT_LIMITS.characters)}"`],
])('does not read %s', (_what, text) => expect(parseJson(text)).toBeUndefined());

it('reads as deep as it says', () => {
	expect(parseJson('['.repeat(64) + ']'.repeat(64))).toEqual(expect.any(Array));
});
