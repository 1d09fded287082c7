import { msToSamples } from './pcm';

/** -50 dBFS: what media calls audible. Soft beginnings such as an f are above it, a voice's noise floor is not. */
export const AUDIBLE = 104;
/** Kept before the first audible sample: an onset's own rise, no more, for silence here is delay. */
export const LEAD_MS = 20;
/** Kept after the last: the pause between two sentences. */
export const TAIL_MS = 150;

/** The sound without most of the silence around it; nothing at all if none of it is audible. */
export function trimSilence(pcm: Int16Array, sampleRate: number): Int16Array {
	const audible = (sample: number): boolean => Math.abs(sample) >= AUDIBLE;
	const first = pcm.findIndex(audible);
	if (first < 0) return new Int16Array(0);
	const last = pcm.findLastIndex(audible);
	const from = Math.max(0, first - msToSamples(LEAD_MS, sampleRate));
	const to = Math.min(pcm.length, last + 1 + msToSamples(TAIL_MS, sampleRate));
	return pcm.slice(from, to);
}
