// Guards against: addresses whose marks are swallowed, and sentences taken for sites.
import { sayAddresses, sayPlaces } from './addresses';

it.each([
	['anna@example.com', 'anna at example dot com'],
	['anna.smith_b+x@mail.example.co.uk', 'anna dot smith underscore b plus x at mail dot example dot co dot uk'],
	['Mail a-b@x.org.', 'Mail a dash b at x dot org.'],
	['example.com/booking', 'example dot com slash booking'],
	['see docs.example.org now', 'see docs dot example dot org now'],
	['file.txt', 'file dot txt'],
])('says %j', (written, said) => {
	expect(sayAddresses(written)).toBe(said);
});

it.each(['Yes.No', 'e.g. this', '3.14', 'one. two', '@anna'])('leaves %j alone', (written) => {
	expect(sayAddresses(written)).toBe(written);
});

// Guards against: rooms and houses that are counted.

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
