import { isAudible, LISTEN_RATE, msToSamples } from '../../runtime/audio/pcm';
import { prompts } from '../../test/real/weights/prompts';
import { wordsOf } from '../../test/real/weights/word-error-rate';
import { Random } from '../fuzz/random';

/** A recorded person's sentence, and its text as a recogniser without marks writes it. */
export interface Phrase {
	readonly text: string;
	readonly pcm: Int16Array;
}

const LEAST_MS = 1600;
const MOST_MS = 3000;
/** A pause inside would be the end for some: `npm run bench pauses` is about those. */
const PAUSE_MS = 150;
/** What is sent after the last audible sample, so that the codec ends it. */
const TAIL_MS = 20;

/** Whole sentences of one breath, in an order by chance. How anybody judges their end plays no part in the choice. */
export function phrases(seed: number): Phrase[] {
	const random = new Random(seed, 'phrases');
	const whole = prompts().filter(({ text }) => /^[A-Z][^.?]*[.?]$/.test(text) && wordsOf(text).length >= 5);
	const spoken = whole.map(({ text, pcm }) => ({ text: wordsOf(text).join(' '), pcm: trimmed(pcm()) }));
	const fit = spoken.filter(({ pcm }) => pcm.length >= msToSamples(LEAST_MS, LISTEN_RATE) && pcm.length <= msToSamples(MOST_MS, LISTEN_RATE) && !pauses(pcm));
	return fit.map((phrase) => ({ phrase, at: random.next() })).sort((a, b) => a.at - b.at).map(({ phrase }) => phrase);
}

function trimmed(pcm: Int16Array): Int16Array {
	return pcm.slice(Math.max(0, pcm.findIndex(isAudible)), pcm.findLastIndex(isAudible) + 1 + msToSamples(TAIL_MS, LISTEN_RATE));
}

/** Quieter than speech: the recordings have a floor of their own. */
const QUIET = 400;

function pauses(pcm: Int16Array): boolean {
	let since = 0;
	return pcm.some((sample, at) => {
		if (Math.abs(sample) < QUIET) return at < pcm.length - msToSamples(TAIL_MS + 100, LISTEN_RATE) && at - since > msToSamples(PAUSE_MS, LISTEN_RATE);
		since = at;
		return false;
	});
}
