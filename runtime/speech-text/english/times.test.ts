// Guards against: times read as numbers.
import { sayTimes } from './times';

it.each([
	['3:30pm', 'three thirty P M'],
	['3:30 PM', 'three thirty P M'],
	['9 a.m.', 'nine A M.'],
	['9 a.m. Come by.', 'nine A M. Come by.'],
	['9am', 'nine A M'],
	['15:30', 'fifteen thirty'],
	['15:00', 'fifteen hundred'],
	['9:00', "nine o'clock"],
	['10:05', 'ten oh five'],
	['12:00', "twelve o'clock"],
	['0:00', 'midnight'],
	['10:05:30', 'ten oh five and thirty seconds'],
	['2h 15m', 'two hours fifteen minutes'],
	['1h30', 'one hour thirty minutes'],
	['1 hr 30 min', 'one hour thirty minutes'],
	['16:9', 'sixteen to nine'],
	['a 3:2 win', 'a three to two win'],
	['3 am', 'three A M'],
	['25:00', 'twenty-five to zero'],
])('says %j', (written, said) => {
	expect(sayTimes(written)).toBe(said);
});

it.each(['I am 5', '1:2:3'])('leaves %j alone', (written) => {
	expect(sayTimes(written)).toBe(written);
});
