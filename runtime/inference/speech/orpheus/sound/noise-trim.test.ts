// Guards against: half a second of noise that the caller hears as delay, and words whose soft beginning or pauses are lost.
import fc from 'fast-check';
import { joinPcm } from '../../../../audio/pcm';
import { NoiseTrim } from './noise-trim';

const MS = 24;
/** Noise of that RMS, with peaks three times as high. */
function noise(ms: number, rms: number, seed = 1): Int16Array {
	let state = seed;
	return Int16Array.from({ length: ms * MS }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.round((state / 2 ** 31 - 1) * 1.73 * rms);
	});
}
/** What the published model was measured at: -50 dBFS before speech at -24. */
function background(ms: number): Int16Array {
	return noise(ms, 104);
}
function speech(ms: number): Int16Array {
	return noise(ms, 2000);
}

function trimmed(pieces: readonly Int16Array[]): Int16Array {
	const trim = new NoiseTrim();
	return joinPcm([...pieces.map((piece) => trim.push(piece)), trim.end()]);
}
function milliseconds(pcm: Int16Array): number {
	return pcm.length / MS;
}

it('leaves 60 ms of the noise before speech and 150 ms of that after it', () => {
	expect(milliseconds(trimmed([background(600), speech(1000), background(700)]))).toBe(60 + 1000 + 150);
	expect(milliseconds(trimmed([speech(1000)]))).toBe(1000);
	expect(trimmed([background(600), speech(50)])[0]).toBe(0);
});

it('keeps speech and the pauses within it as they are', () => {
	const whole = [speech(200), background(900), speech(300), background(40), speech(205)];
	expect(trimmed(whole)).toEqual(joinPcm(whole));
});

it('gives out a speech that is never louder than noise: a sigh', () => {
	expect(trimmed([background(805)])).toEqual(background(805));
});

it('gives the same whatever the pieces are', () => {
	const whole = joinPcm([background(300), speech(333), background(500), speech(77), background(200)]);
	fc.assert(
		fc.property(fc.array(fc.nat(whole.length), { maxLength: 30 }), (cuts) => {
			const ends = [0, ...cuts.sort((a, b) => a - b), whole.length];
			const pieces = ends.slice(1).map((end, index) => whole.slice(ends[index], end));
			expect(Buffer.from(trimmed(pieces).buffer).equals(Buffer.from(trimmed([whole]).buffer))).toBe(true);
		}),
		{ numRuns: 30 },
	);
});

it('says how long nothing was heard', () => {
	const trim = new NoiseTrim();
	trim.push(background(1000));
	expect(trim.quietMs).toBe(1000);
	trim.push(speech(10));
	expect(trim.quietMs).toBe(0);
	trim.push(background(70));
	expect(trim.quietMs).toBe(70);
});
