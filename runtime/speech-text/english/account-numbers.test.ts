// Guards against: account numbers read as sums.
import { sayLongNumbers } from './account-numbers';

it.each([
	['DE89 3704 0044 0532 0130 00', 'D E eight nine, three seven zero four, zero zero four four, zero five three two, zero one three zero, zero zero'],
	['GB29NWBK60161331926819', 'G B two nine, N W B K, six zero one six, one three three one, nine two six eight, one nine'],
	['SW1A 1AA', 'S W one A, one A A'],
	['Beverly Hills, CA 90210', 'Beverly Hills, CA nine zero two one zero'],
	['NY 10001-1234', 'NY one zero zero zero one, one two three four'],
	['978-3-16-148410-0', 'nine seven eight, three, one six, one four eight four one zero, zero'],
	['123-45-6789', 'one two three, four five, six seven eight nine'],
])('says %j', (written, said) => {
	expect(sayLongNumbers(written)).toBe(said);
});

it.each(['1-2-3', 'in 90210 cases'])('leaves %j alone', (written) => {
	expect(sayLongNumbers(written)).toBe(written);
});
