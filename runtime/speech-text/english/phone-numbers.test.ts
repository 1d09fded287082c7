// Guards against: phone numbers read as numbers, and numbers read as phone numbers.
import { sayPhoneNumbers } from './phone-numbers';

it.each([
	['(415) 555-0132', 'four one five, five five five, zero one three two'],
	['415-555-0132', 'four one five, five five five, zero one three two'],
	['555.123.4567', 'five five five, one two three, four five six seven'],
	['1-800-555-0199', 'one, eight zero zero, five five five, zero one nine nine'],
	['+1 415 555 0132', 'plus one, four one five, five five five, zero one three two'],
	['+14155550132', 'plus one, four one five, five five five, zero one three two'],
	['+44 20 7946 0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
	['+44 (0)20 7946 0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
	['+49 170 1234567', 'plus four nine, one seven zero, one two three, four five six seven'],
	['0800 123 4567', 'zero eight zero zero, one two three, four five six seven'],
	['(030) 123456', 'zero three zero, one two three, four five six'],
	['555-0132', 'five five five, zero one three two'],
	['call 5551234', 'call five five five, one two three four'],
	['Call 911 or 112', 'Call nine one one or one one two'],
	['Text STOP to 55555', 'Text STOP to five five five five five'],
	['1-800-FLOWERS', 'one, eight hundred, FLOWERS'],
	['4111 1111 1111 1111', 'four one one one, one one one one, one one one one, one one one one'],
])('says %j', (written, said) => {
	expect(sayPhoneNumbers(written)).toBe(said);
});

it.each(['call 500 people', '9-5', '2020-2025', '1 000 000', '100-200'])('leaves %j alone', (written) => {
	expect(sayPhoneNumbers(written)).toBe(written);
});
