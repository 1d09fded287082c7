// Guards against: one short answer that a recogniser writes again and again, and figures that are lost as if it had.
import { LISTEN_RATE, msToSamples } from '../../audio/pcm';
import { withoutRepeats } from './without-repeats';

/** So much sound, and a second of silence after it. */
function sound(ms: number): Int16Array {
	const pcm = new Int16Array(msToSamples(ms + 1000, LISTEN_RATE));
	return pcm.fill(2000, 0, msToSamples(ms, LISTEN_RATE));
}

it.each([
	['March March March March March', 600, 'March'],
	['March. March. March. March. March.', 700, 'March.'],
	['0 0 0 0 0', 500, '0'],
	['Bravo. Bravo. Bravo', 600, 'Bravo'],
	['I want to book. I want to book. I want to book.', 900, 'I want to book.'],
	['Yes. March March March March March', 700, 'Yes. March'],
	['thank you very much very much very much very much very much very much very much very much very much very much very much', 20_000, 'thank you very much'],
	['はいはいはいはいはいはいはい', 500, 'はい'],
	['明天明天明天明天', 400, '明天'],
])('says once what there was no time to say so often: %s in %s ms', (text, ms, once) => {
	expect(withoutRepeats(text, sound(ms))).toBe(once);
});

it.each([
	['no no no', 900],
	['very very good', 900],
	['5 5 5 5 1 2 3', 2000],
	['my number is 0 0 0 0 0 0 0 0 0 0 0 0', 4000],
	['that that is so', 1000],
	['is it is it not', 1200],
	['はいはい', 600],
	['', 0],
	['March', 100],
])('leaves what there was time for: %s in %s ms', (text, ms) => {
	expect(withoutRepeats(text, sound(ms))).toBe(text);
});
