// Guards against: a voice that stutters, or a speech that ends too soon, without the editor saying so, or why.
import { speechHints } from './speech-hints';

test('says how often, how long and why', () => {
	const gaps = { count: 3, totalMs: 900, longestMs: 500, causes: { text: 100, decoder: 800 } };
	expect(speechHints([{ json: { gaps } }])).toEqual([
		{ message: 'The speech fell silent in the middle 3 times, for 900 ms in all, 500 ms at most: the SNAC decoder was too slow.', type: 'warning', location: 'outputPane' },
	]);
	expect(speechHints([{ json: { gaps: { count: 1, totalMs: 500, longestMs: 500, causes: { voice: 500 } } } }])[0]?.message).toBe('The speech fell silent in the middle once, for 500 ms: the voice was too slow.');
});

test('says nothing of a speech in time, of a file, or of an item with a field of that name', () => {
	expect(speechHints([{ json: { gaps: { count: 0, totalMs: 0, longestMs: 0, causes: {} } } }, { json: {} }, { json: { gaps: 'yes' } }])).toEqual([]);
});

test('says that a speech was ended by its limit', () => {
	const [hint] = speechHints([{ json: { reachedLimit: true } }, { json: { reachedLimit: false } }]);
	expect(hint?.message).toContain('"Longest Speech"');
});
