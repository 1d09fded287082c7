// Guards against: a pace that changes the pitch, loses or repeats the ends, or clicks.
import fc from 'fast-check';
import { joinPcm } from './pcm';
import { TimeStretch } from './time-stretch';

const RATE = 24_000;

function stretched(pcm: Int16Array, speed: number, piece = pcm.length): Int16Array {
	const stretch = new TimeStretch(speed, RATE);
	const made: Int16Array[] = [];
	for (let from = 0; from < pcm.length; from += piece) made.push(stretch.push(pcm.slice(from, from + piece)));
	return joinPcm([...made, stretch.end()]);
}

function tone(hertz: number, seconds: number): Int16Array {
	return Int16Array.from({ length: seconds * RATE }, (_, at) => 8000 * Math.sin((2 * Math.PI * hertz * at) / RATE));
}

function crossings(pcm: Int16Array): number {
	return pcm.reduce((count, sample, at) => count + (sample > 0 && (pcm[at - 1] ?? 0) <= 0 ? 1 : 0), 0);
}

it.each([0.5, 0.8, 1.25, 2])('at %f keeps the pitch and changes the length', (speed) => {
	for (const hertz of [110, 220, 440]) {
		const made = stretched(tone(hertz, 2), speed);
		expect(made.length / RATE).toBeCloseTo(2 / speed, 1);
		expect(crossings(made) / (made.length / RATE) / hertz).toBeCloseTo(1, 1);
		// A click is a jump that the tone itself does not make.
		const steepest = Math.max(...made.subarray(1, made.length - RATE / 20).map((sample, at) => Math.abs(sample - made[at]!)));
		expect(steepest).toBeLessThan(8000 * ((2 * Math.PI * hertz) / RATE) * 2.5);
	}
});

it('gives the same sound however it comes', () => {
	const sound = tone(200, 0.5);
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(0.7, 1, 1.5), (piece, speed) => {
			expect(stretched(sound, speed, piece)).toEqual(stretched(sound, speed));
		}),
		{ numRuns: 30 },
	);
});

it('leaves sound at its own pace as it is, and makes little of nothing', () => {
	expect(stretched(tone(100, 0.1), 1)).toEqual(tone(100, 0.1));
	expect(new TimeStretch(1.5, RATE).push(new Int16Array(0))).toHaveLength(0);
});
