import { joinPcm } from '../../audio/pcm';
import { Flite } from '../speech/flite/flite';

const RATE = 16_000;

export function silentPcm(ms: number): Int16Array {
	return new Int16Array((RATE * ms) / 1000);
}

export function join(...parts: readonly Int16Array[]): Int16Array {
	return joinPcm(parts);
}

/** White noise of a seed, so that a failure comes back. `peak` of 32768. */
export function noise(ms: number, peak: number, seed = 1): Int16Array {
	let state = seed;
	return silentPcm(ms).map(() => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.round((state / 2 ** 31 - 1) * peak);
	});
}

export type FixtureSpeaker = (text: string, voice?: 'awb' | 'rms' | 'slt') => Int16Array;

/**
 * flite's real speech as media would pass it on: 300 ms before, 250 ms after. awb and rms were never heard in
 * training; rms is the clearer one.
 */
export async function speaker(): Promise<FixtureSpeaker> {
	const flite = await Flite.load();
	const spoken = new Map<string, Int16Array>();
	return (text, voice = 'rms') => {
		const key = `${voice}: ${text}`;
		const known = spoken.get(key);
		if (known) return known;
		const sound = join(silentPcm(300), flite.speak({ text, voice, speed: 1 }, RATE), silentPcm(250));
		spoken.set(key, sound);
		return sound;
	};
}
