// Guards against: sums that are read sign by sign.
import { sayMoney } from './money';

it.each([
	['$3.50', 'three dollars and fifty cents'],
	['$1', 'one dollar'],
	['$1.00', 'one dollar'],
	['$0.99', 'ninety-nine cents'],
	['$0', 'zero dollars'],
	['$1,234,567.89', 'one million two hundred thirty-four thousand five hundred sixty-seven dollars and eighty-nine cents'],
	['$1.5 million', 'one point five million dollars'],
	['$10k', 'ten thousand dollars'],
	['\u20ac20', 'twenty euros'],
	['20 \u20ac', 'twenty euros'],
	['20,50 \u20ac', 'twenty euros and fifty cents'],
	['\u20ac1.200,50', 'one thousand two hundred euros and fifty cents'],
	['\u00a33.99', 'three pounds and ninety-nine pence'],
	['\u00a30.01', 'one penny'],
	['\u00a51000', 'one thousand yen'],
	['50 USD', 'fifty dollars'],
	['USD 50', 'fifty dollars'],
	['CHF 50', 'fifty Swiss francs'],
	['99\u00a2', 'ninety-nine cents'],
	['$5-$10', 'five dollars to ten dollars'],
	['$5-10', 'five to ten dollars'],
	['$1-2 million', 'one to two million dollars'],
	['-$5', 'minus five dollars'],
	['a $20 coupon', 'a twenty dollar coupon'],
	['$20 off', 'twenty dollars off'],
	['$5.5', 'five point five dollars'],
])('says %j', (written, said) => {
	expect(sayMoney(written)).toBe(said);
});

it.each(['A$AP', 'cost 5'])('leaves %j alone', (written) => {
	expect(sayMoney(written)).toBe(written);
});
