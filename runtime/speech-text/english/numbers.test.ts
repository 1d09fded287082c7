// Guards against: figures that are left over.
import { sayNumbers } from './numbers';

it.each([
	['1', 'one'],
	['1,234', 'one thousand two hundred thirty-four'],
	['12345', 'twelve thousand three hundred forty-five'],
	['1000000', 'one million'],
	['1 000 000', 'one million'],
	['1.000.000', 'one million'],
	['3.14', 'three point one four'],
	['0.5', 'zero point five'],
	['.5', 'zero point five'],
	['-5', 'minus five'],
	['+1', 'plus one'],
	['1st 2nd 3rd 12th 21st 101st', 'first second third twelfth twenty-first one hundred first'],
	['1k', 'one thousand'],
	['2.5B', 'two point five billion'],
	['2M views', 'two million views'],
	['221B', 'two hundred twenty-one B'],
	['007', 'zero zero seven'],
	['1,2,3', 'one, two, three'],
	['4K', 'four K'],
	['n8n', 'n eight n'],
	['5-3', 'five-three'],
	['1234567890123456789', 'one two three, four five six, seven eight nine, zero one two, three four five, six seven eight nine'],
	['1.2.3', 'one point two point three'],
])('says %j', (written, said) => {
	expect(sayNumbers(written)).toBe(said);
});
