// Guards against: list numbers that are sentences of their own.
import { sayListNumber } from './list-numbers';

it.each([
	['1. Book it', 'one: Book it'],
	['2) Cancel it', 'two: Cancel it'],
	['10. Tenth', 'ten: Tenth'],
])('says %j', (written, said) => {
	expect(sayListNumber(written)).toBe(said);
});

it.each(['1.5 hours', '3. ', '100. one', 'in 1. place'])('leaves %j alone', (written) => {
	expect(sayListNumber(written)).toBe(written);
});
