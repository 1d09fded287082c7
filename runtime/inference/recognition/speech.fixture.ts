import { joinPcm } from '../../audio/pcm';
import { Flite } from '../speech/flite/flite';

const RATE = 16_000;

export const silence = (ms: number): Int16Array => new Int16Array((RATE * ms) / 1000);

export const join = (...parts: readonly Int16Array[]): Int16Array => joinPcm(parts);

/** White noise of a seed, so that a failure comes back. `peak` of 32768. */
export function noise(ms: number, peak: number, seed = 1): Int16Array {
	let state = seed;
	return silence(ms).map(() => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.round((state / 2 ** 31 - 1) * peak);
	});
}

export type Speaker = (text: string, voice?: 'awb' | 'rms' | 'slt') => Int16Array;

/**
 * flite's real speech as media would pass it on: 300 ms before, 250 ms after. awb and rms were never heard in
 * training; rms is the clearer one.
 */
export async function speaker(): Promise<Speaker> {
	const flite = await Flite.load();
	const spoken = new Map<string, Int16Array>();
	return (text, voice = 'rms') => {
		const key = `${voice}: ${text}`;
		const known = spoken.get(key);
		if (known) return known;
		const sound = join(silence(300), flite.speak({ text, voice, speed: 1 }, RATE), silence(250));
		spoken.set(key, sound);
		return sound;
	};
}
