// Guards against: silence before a sentence that the caller hears as delay, and a soft first sound cut off.
import fc from 'fast-check';
import { joinPcm } from './pcm';
import { StreamingTrim, trimSilence } from './trim';

const RATE = 16_000;

describe('trimSilence', () => {
	it('keeps all that is audible, 5 ms before it and 150 ms after it', () => {
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
				const lead = Math.min(before, 80);
				expect(kept.slice(lead, lead + audible.length)).toEqual(audible);
				expect(kept).toHaveLength(lead + audible.length + Math.min(after, 2400));
			}),
		);
	});

	it('makes nothing of silence', () => {
		expect(trimSilence(new Int16Array(4000).fill(20), RATE)).toHaveLength(0);
	});
});

describe('StreamingTrim', () => {
	const pieceOfSound = fc.oneof(
		fc.array(fc.integer({ min: -30_000, max: 30_000 }), { maxLength: 50 }),
		fc.nat(4000).map((length) => Array<number>(length).fill(7)),
	);

	it('gives, piece by piece, what trimSilence makes of the whole', () => {
		fc.assert(
			fc.property(fc.array(pieceOfSound, { maxLength: 12 }), (pieces) => {
				const trim = new StreamingTrim(RATE);
				const streamed = joinPcm(pieces.map((piece) => trim.push(Int16Array.from(piece))));
				expect(streamed).toEqual(trimSilence(joinPcm(pieces.map((piece) => Int16Array.from(piece))), RATE));
			}),
		);
	});

	it('gives speech out at once', () => {
		const trim = new StreamingTrim(RATE);
		expect(trim.push(new Int16Array(800).fill(5))).toHaveLength(0);
		expect(trim.push(new Int16Array(800).fill(500))).toHaveLength(80 + 800);
		expect(trim.push(new Int16Array(800).fill(5))).toHaveLength(800);
	});
});
