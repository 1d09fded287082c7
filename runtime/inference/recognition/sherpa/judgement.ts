import { LISTEN_RATE, msToSamples } from '../../../audio/pcm';
import type { Recognition } from '../engine';

/** -50 dBFS, as the voices': without a louder sample nothing was said, and Whisper makes sentences up out of silence. */
const AUDIBLE = 104;
/** Nobody says a word in less. */
const MIN_MS = 100;

export const NOTHING_HEARD: Recognition = { text: '', understood: false, confidence: 0 };

export const mayBeSpeech = (pcm: Int16Array): boolean => pcm.length >= msToSamples(MIN_MS, LISTEN_RATE) && pcm.some((sample) => Math.abs(sample) >= AUDIBLE);

/** As sherpa takes it. */
export const toFloat = (pcm: Int16Array): Float32Array => Float32Array.from(pcm, (sample) => sample / 32_768);

/** Models without letter case write capitals, which a language model takes for shouting. */
export function textOf(heard: string): string {
	const text = heard.replace(/\s+/g, ' ').trim();
	if (!/[\p{L}\p{N}]/u.test(text)) return '';
	return /\p{Ll}/u.test(text) ? text : text.toLowerCase();
}

/** `logProbs` of the tokens; a model that tells none is believed. */
export function judged(heard: string, logProbs: readonly number[] = []): Recognition {
	const text = textOf(heard);
	if (text === '') return NOTHING_HEARD;
	const mean = logProbs.length === 0 ? 0 : logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length;
	return { text, understood: true, confidence: Math.max(0, Math.min(1, Math.exp(mean))) };
}
