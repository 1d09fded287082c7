import { NOTHING_HEARD, type Recognition } from './engine';

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
