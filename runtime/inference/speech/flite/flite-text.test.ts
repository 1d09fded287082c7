// Guards against: text that flite mangles or that keeps it busy for minutes.
import fc from 'fast-check';
import { partsForFlite } from './flite-text';

describe('partsForFlite', () => {
	it.each([
		['Hello there.', ['Hello there.']],
		['“Café” – it’s 5 o’clock…', ['"Cafe" , it\'s 5 o\'clock...']],
		['That is €20.', ['That is 20 euros.']],
		['Straße', ['Strasse']],
		['line\none\ttwo', ['line one two']],
	])('writes %s in ASCII', (text, parts) => {
		expect(partsForFlite(text)).toEqual(parts);
	});

	it.each(['', '   ', '...', '!?', '😀', '日本語', '\u0000\u001b'])('finds nothing to say in %j', (text) => {
		expect(partsForFlite(text)).toEqual([]);
	});

	it('cuts any text into short parts of short words and loses no letter', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[a-z ]{0,2000}$/), (text) => {
				const parts = partsForFlite(text);
				for (const part of parts) {
					expect(part.length).toBeLessThanOrEqual(300);
					for (const word of part.split(' ')) expect(word.length).toBeLessThanOrEqual(40);
				}
				expect(parts.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
			}),
		);
	});
});
