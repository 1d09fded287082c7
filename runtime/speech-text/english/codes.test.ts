// Guards against: codes that are read as numbers, and numbers that are read as codes.
import { sayCodes } from './codes';

it.each([
	['order #10432', 'order number one zero four three two'],
	['order number 10432', 'order number one zero four three two'],
	['Your code is 482913', 'Your code is four eight two, nine one three'],
	['PIN: 1234', 'PIN: one two three four'],
	['#1', 'number one'],
	['ref #A-10293', 'ref number A one zero two nine three'],
	['AB-1234', 'A B one two three four'],
	['COVID-19 and A4', 'COVID nineteen and A four'],
	['version 1.2.3', 'version one point two point three'],
	['v2.41', 'version two point forty-one'],
	['Node 24.1', 'Node twenty-four point one'],
	['192.168.1.1', 'one nine two dot one six eight dot one dot one'],
	['flight BA 123', 'flight BA one two three'],
	['area code 415', 'area code four one five'],
	['extension 204', 'extension two zero four'],
	['ending in 4242', 'ending in four two four two'],
	['1080p on 1920x1080', 'ten eighty P on nineteen twenty by ten eighty'],
	['a 401(k)', 'a four oh one K'],
	['mp3', 'M P three'],
])('says %j', (written, said) => {
	expect(sayCodes(written)).toBe(said);
});

it.each(['1.000.000', '3.14', 'the code 3.5', 'I have 3 options'])('leaves %j alone', (written) => {
	expect(sayCodes(written)).toBe(written);
});
