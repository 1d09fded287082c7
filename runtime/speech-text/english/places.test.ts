// Guards against: rooms and houses that are counted.
import { sayPlaces } from './places';

it.each([
	['Room 204', 'Room two oh four'],
	['suite 300', 'suite three hundred'],
	['room 1204', 'room twelve oh four'],
	['at 1204 Elm Street', 'at twelve oh four Elm Street'],
	['350 5th Avenue', 'three fifty 5th Avenue'],
	['12345 Oak Tree Lane', 'one two three four five Oak Tree Lane'],
	['bus 100', 'bus one hundred'],
	['error 404', 'error four oh four'],
])('says %j', (written, said) => {
	expect(sayPlaces(written)).toBe(said);
});

it.each(['gate 12', '350 people in a Street'])('leaves %j alone', (written) => {
	expect(sayPlaces(written)).toBe(written);
});
