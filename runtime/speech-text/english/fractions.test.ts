// Guards against: fractions read with a slash, and scores read as fractions.
import { sayFractions } from './fractions';

it.each([
	['1/2 cup', 'one half cup'],
	['2 1/2 hours', 'two and a half hours'],
	['3/4 of it', 'three quarters of it'],
	['1/3 and 2/3', 'one third and two thirds'],
	['2\u00bd hours', 'two and a half hours'],
	['\u00bc', 'one quarter'],
	['7/10', 'seven out of ten'],
	['8/100', 'eight out of one hundred'],
	['3.5/5', 'three point five out of five'],
	['rated 4/5', 'rated four out of five'],
	['4/5 stars', 'four out of five stars'],
	['24/7', 'twenty-four seven'],
	['50/50', 'fifty-fifty'],
])('says %j', (written, said) => {
	expect(sayFractions(written)).toBe(said);
});

it.each(['11/22', '1/2/3', '$1/2'])('leaves %j alone', (written) => {
	expect(sayFractions(written)).toBe(written);
});
