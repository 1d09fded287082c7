import { isAudible, LISTEN_RATE, msToSamples } from '../../../audio/pcm';

/** A pause of this length ends an utterance; so much of it is kept at either side. */
const PAUSE_SAMPLES = msToSamples(700, LISTEN_RATE);
const KEPT_SAMPLES = msToSamples(300, LISTEN_RATE);
/** Whisper hears 30 s at a time. */
export const LONGEST_SAMPLES = msToSamples(28_000, LISTEN_RATE);

/** What is said in a recording, 16 kHz, divided by its pauses, and where there is none for too long. */
export function utterancesOf(pcm: Int16Array): Int16Array[] {
	const found: Int16Array[] = [];
	let from = -1;
	let last = -1;
	const close = (): void => {
		if (from < 0) return;
		found.push(pcm.subarray(Math.max(0, from - KEPT_SAMPLES), Math.min(pcm.length, last + 1 + KEPT_SAMPLES)));
		from = -1;
	};
	for (let at = 0; at < pcm.length; at++) {
		if (!isAudible(pcm[at] ?? 0)) continue;
		if (from >= 0 && (at - last > PAUSE_SAMPLES || at - from > LONGEST_SAMPLES)) close();
		if (from < 0) from = at;
		last = at;
	}
	close();
	return found;
}
