// Guards against: sound that is scaled or joined wrongly, and messages that a process cannot carry.
import fc from 'fast-check';
import { isAudible, joinPcm, msToSamples, pcm, samplesToMs, SPEAK_RATES, toFloat } from './pcm';

it('joins pieces in their order', () => {
	fc.assert(
		fc.property(fc.array(fc.int16Array({ maxLength: 20 }), { maxLength: 6 }), (pieces) => {
			expect([...joinPcm(pieces)]).toEqual(pieces.flatMap((piece) => [...piece]));
		}),
	);
});

it('makes floats from -1 up to just below 1, in the place that it is given', () => {
	expect([...toFloat(Int16Array.of(-32_768, 0, 16_384, 32_767))]).toEqual([-1, 0, 0.5, 32_767 / 32_768]);
	expect([...toFloat(Int16Array.of(8192), new Float32Array(3), 1)]).toEqual([0, 0.25, 0]);
});

it.each(SPEAK_RATES)('turns ms into samples and back at %i Hz', (rate) => {
	expect(samplesToMs(msToSamples(1000, rate), rate)).toBe(1000);
	expect(Number.isInteger(msToSamples(7, rate))).toBe(true);
});

it('hears from -50 dBFS on, on either side of zero', () => {
	expect([103, -103, 0].some(isAudible)).toBe(false);
	expect([104, -104, 32_767, -32_768].every(isAudible)).toBe(true);
});

it('takes 20 s at 48 kHz as one message and no more, from any realm, and nothing else', () => {
	expect(pcm.safeParse(new Int16Array(960_000)).success).toBe(true);
	for (const other of [new Int16Array(960_001), new Uint8Array(2), [1, 2], null]) expect(pcm.safeParse(other).success).toBe(false);
});
