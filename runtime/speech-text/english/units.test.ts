// Guards against: units read as letters.
import { sayUnits } from './units';

it.each([
	['5 km', 'five kilometers'],
	['1 km', 'one kilometer'],
	['5km', 'five kilometers'],
	['10 MB/s', 'ten megabytes per second'],
	['60 km/h', 'sixty kilometers per hour'],
	['20\u00b0C', 'twenty degrees Celsius'],
	['-3 \u00b0C', 'minus three degrees Celsius'],
	['98.6\u00b0F', 'ninety-eight point six degrees Fahrenheit'],
	['50%', 'fifty percent'],
	['12.5 %', 'twelve point five percent'],
	['-5%', 'minus five percent'],
	['20 m\u00b2', 'twenty square meters'],
	['20 sq ft', 'twenty square feet'],
	['5\'10"', 'five foot ten'],
	['3 ft 2 in', 'three foot two'],
	['a 10 km run', 'a ten kilometer run'],
	['5 hrs. later', 'five hours later'],
	['90 min.', 'ninety minutes.'],
	['1.5 l', 'one point five liters'],
	['16 GB RAM', 'sixteen gigabytes RAM'],
	['5 s', 'five seconds'],
	['3 x 4 m', '3 x four meters'],
])('says %j', (written, said) => {
	expect(sayUnits(written)).toBe(said);
});

it.each(['a 10-minute walk', '5 in', '5 apples', '5 M'])('leaves %j alone', (written) => {
	expect(sayUnits(written)).toBe(written);
});
