// Guards against: silence before a sentence that the caller hears as delay, and a soft first sound cut off.
import fc from 'fast-check';
import { trimSilence } from './trim';

const RATE = 16_000;

describe('trimSilence', () => {
	it('keeps all that is audible, 20 ms before it and 150 ms after it', () => {
		const sound = fc.record({
			before: fc.integer({ min: 0, max: 8000 }),
			speech: fc.array(fc.integer({ min: -30_000, max: 30_000 }), { minLength: 1, maxLength: 500 }),
			after: fc.integer({ min: 0, max: 8000 }),
		});
		fc.assert(
			fc.property(sound, ({ before, speech, after }) => {
				const audible = [500, ...speech, -500];
				const pcm = Int16Array.from([...Array<number>(before).fill(3), ...audible, ...Array<number>(after).fill(-3)]);
				const kept = [...trimSilence(pcm, RATE)];
				const lead = Math.min(before, 320);
				expect(kept.slice(lead, lead + audible.length)).toEqual(audible);
				expect(kept).toHaveLength(lead + audible.length + Math.min(after, 2400));
			}),
		);
	});

	it('makes nothing of silence', () => {
		expect(trimSilence(new Int16Array(4000).fill(20), RATE)).toHaveLength(0);
	});
});
