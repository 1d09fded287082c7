import { isAudible, LISTEN_RATE, msToSamples } from '../../audio/pcm';

/** Nobody says a letter, or a word, in less: twice as fast as people speak. */
const LETTER_MS = 45;
const WORD_MS = 150;
/** One sign of a script that puts no spaces between words is a syllable or more. */
const SIGN_MS = 90;
/** So often nobody says the same in a row, unless it is a number. */
const MOST_TIMES = 10;
/** Of words that are repeated together. */
const LONGEST_PHRASE = 12;

const FRAME_SAMPLES = msToSamples(10, LISTEN_RATE);
const UNSPACED = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{1,20}?)\1+/gu;

/**
 * A recogniser that hears whole utterances may go round in circles: "March March March March March" for one March.
 * What is repeated more often than there was time for, by the sound of the utterance (16 kHz), or ten times and more,
 * stands once. Figures that there was time for stay as often as they were said.
 */
export function withoutRepeats(text: string, pcm: Int16Array): string {
	const audibleMs = audibleMsOf(pcm);
	return spacedOnce(text, audibleMs).replace(UNSPACED, (whole, phrase: string) => (signsMs(whole) > audibleMs ? phrase : whole));
}

function spacedOnce(text: string, audibleMs: number): string {
	const words = text.split(/\s+/u).filter((word) => word !== '');
	const keys = words.map((word) => word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, ''));
	const kept: string[] = [];
	for (let at = 0; at < words.length; ) {
		const run = runAt(keys, at, audibleMs);
		// The last time's marks end the sentence.
		kept.push(...words.slice(run.from, run.to));
		at = run.to;
	}
	return kept.join(' ');
}

/** What is said from `at` on, once: a phrase that is repeated too often, or one word. */
function runAt(keys: readonly string[], at: number, audibleMs: number): { from: number; to: number } {
	for (let length = 1; length <= LONGEST_PHRASE && at + 2 * length <= keys.length; length++) {
		const phrase = keys.slice(at, at + length);
		let times = 1;
		while (phrase.every((word, index) => word !== '' && keys[at + times * length + index] === word)) times++;
		if (times === 1) continue;
		const tooOften = times >= MOST_TIMES && !phrase.some((word) => /\p{N}/u.test(word));
		if (tooOften || times * spokenMs(phrase) > audibleMs) return { from: at + (times - 1) * length, to: at + times * length };
	}
	return { from: at, to: at + 1 };
}

function spokenMs(phrase: readonly string[]): number {
	return phrase.reduce((sum, word) => sum + Math.max(WORD_MS, word.length * LETTER_MS), 0);
}

function signsMs(signs: string): number {
	return [...signs].length * SIGN_MS;
}

function audibleMsOf(pcm: Int16Array): number {
	let audible = 0;
	for (let from = 0; from < pcm.length; from += FRAME_SAMPLES) {
		if (pcm.subarray(from, from + FRAME_SAMPLES).some(isAudible)) audible += 10;
	}
	return audible;
}
