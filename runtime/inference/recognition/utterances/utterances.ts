import { isAudible, LISTEN_RATE, msToSamples } from '../../../audio/pcm';
import { NOTHING_HEARD, type Recognition } from '../engine';
import { UNCLEAR_MARK } from '../without-noise';

/** A pause of this length ends an utterance; so much of it is kept at either side. */
const PAUSE_SAMPLES = msToSamples(700, LISTEN_RATE);
const KEPT_SAMPLES = msToSamples(300, LISTEN_RATE);
/** Whisper hears 30 s at a time. */
const LONGEST_SAMPLES = msToSamples(28_000, LISTEN_RATE);

/** What is said in a recording, 16 kHz, divided by its pauses, and where there is none for too long. Views of it. */
export function* utterancesOf(pcm: Int16Array): Generator<Int16Array> {
	let from = -1;
	let last = -1;
	const said = (): Int16Array => pcm.subarray(Math.max(0, from - KEPT_SAMPLES), Math.min(pcm.length, last + 1 + KEPT_SAMPLES));
	for (let at = 0; at < pcm.length; at++) {
		if (!isAudible(pcm[at] ?? 0)) continue;
		if (from >= 0 && (at - last > PAUSE_SAMPLES || at - from > LONGEST_SAMPLES)) {
			yield said();
			from = -1;
		}
		if (from < 0) from = at;
		last = at;
	}
	if (from >= 0) yield said();
}

/** One utterance in parts that Whisper can hear: mostly one. */
export function partsOf(utterance: Int16Array): Int16Array[] {
	return utterance.length <= LONGEST_SAMPLES ? [utterance] : [...utterancesOf(utterance)];
}

/** The utterances of one recording as one text. */
export function joinedUtterances(heard: readonly Recognition[]): Recognition {
	const understood = heard.filter((each) => each.understood);
	if (understood.length === 0) return NOTHING_HEARD;
	const text = heard.map((each) => (each.understood ? each.text : UNCLEAR_MARK)).join(' ');
	return { text, understood: true, confidence: Math.min(...understood.map(({ confidence }) => confidence)) };
}
