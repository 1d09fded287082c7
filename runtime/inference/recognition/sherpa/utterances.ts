import { LISTEN_RATE, msToSamples } from '../../../audio/pcm';

/** -50 dBFS, as the voices'. */
const AUDIBLE = 104;
/** A pause of this length ends an utterance; so much of it is kept at either side. */
const PAUSE = msToSamples(700, LISTEN_RATE);
const KEPT = msToSamples(300, LISTEN_RATE);
/** Whisper hears 30 s at a time. */
const LONGEST = msToSamples(28_000, LISTEN_RATE);

/** What is said in a recording, 16 kHz, divided by its pauses. */
export function utterancesOf(pcm: Int16Array): Int16Array[] {
	const found: Int16Array[] = [];
	let from = -1;
	let last = -1;
	const close = (): void => {
		if (from < 0) return;
		found.push(pcm.subarray(Math.max(0, from - KEPT), Math.min(pcm.length, last + 1 + KEPT)));
		from = -1;
	};
	for (let at = 0; at < pcm.length; at++) {
		if (Math.abs(pcm[at] ?? 0) < AUDIBLE) continue;
		if (from >= 0 && (at - last > PAUSE || at - from > LONGEST)) close();
		if (from < 0) from = at;
		last = at;
	}
	close();
	return found;
}
