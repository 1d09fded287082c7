// Guards against: numerals read as letters, and words read as numerals.
import { sayRomanNumerals } from './roman-numerals';

it.each([
	['Henry VIII', 'Henry the eighth'],
	["Louis XIV's", "Louis the fourteenth's"],
	['Queen Elizabeth II', 'Queen Elizabeth the second'],
	['Chapter IV', 'Chapter four'],
	['World War II', 'World War two'],
	['WWII', 'World War two'],
	['Part I', 'Part one'],
])('says %j', (written, said) => {
	expect(sayRomanNumerals(written)).toBe(said);
});

it.each(['Part I like', 'Elizabeth I know', 'I think', 'MIX', 'Chapter IIII'])('leaves %j alone', (written) => {
	expect(sayRomanNumerals(written)).toBe(written);
});
