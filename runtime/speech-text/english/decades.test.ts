// Guards against: decades taken for seconds.
import { sayDecades } from './decades';

it.each([
	['the 1990s', 'the nineteen nineties'],
	['the 2000s', 'the two thousands'],
	['the 1910s', 'the nineteen tens'],
	["the '90s", 'the nineties'],
	['in his 40s', 'in his forties'],
	['80s music', 'eighties music'],
	['1900s', 'nineteen hundreds'],
])('says %j', (written, said) => {
	expect(sayDecades(written)).toBe(said);
});

it.each(['wait 40s'])('leaves %j alone', (written) => {
	expect(sayDecades(written)).toBe(written);
});
