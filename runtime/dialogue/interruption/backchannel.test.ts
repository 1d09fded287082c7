// Guards against: agents that stop for "mm-hmm", and agents that do not stop for "wait".
import { floorClaim } from './backchannel';

it.each(['', '  ', '...'])('hears no word in "%s"', (text) => {
	expect(floorClaim(text, false)).toBe('none');
});

it.each([
	...['uh-huh', 'mm-hmm', 'Mhm.', 'yeah', 'yep', 'yes', 'right', 'ok', 'okay', 'sure', 'I see', 'got it', 'wow', 'really?'],
	...['yeah yeah', 'okay, right', 'I see, okay', 'oh wow', 'um'],
])('takes "%s" for a sign of listening', (text) => {
	expect(floorClaim(text, false)).toBe('backchannel');
});

it.each(['i', 'got', 'yeah i', 'mm'])('does not judge "%s" before its end is known', (text) => {
	expect(floorClaim(text, false)).toBe('backchannel');
});

it.each(['i want', 'friday', 'yeah but', 'right now', 'i seem', 'got to go', 'what'])('takes "%s" for words', (text) => {
	expect(floorClaim(text, false)).toBe('words');
});

it.each(['stop', 'wait', 'No!', 'hold on', 'please cancel that', 'yeah no', 'okay stop'])('obeys "%s"', (text) => {
	expect(floorClaim(text, false)).toBe('stop');
});

it('does not see stop words within other words', () => {
	for (const text of ['noon', 'waiting', 'nonstop music', 'november']) expect(floorClaim(text, false)).toBe('words');
});

it('takes consent for an answer after a question, but astonishment never', () => {
	for (const text of ['yeah', 'okay', 'sure', 'right', 'uh-huh', 'mm-hmm', 'oh yes']) expect(floorClaim(text, true)).toBe('words');
	for (const text of ['wow', 'really', 'i see', 'oh']) expect(floorClaim(text, true)).toBe('backchannel');
});
