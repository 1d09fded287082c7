import type { Recognition } from '../engine';
import type { Decoded } from './decoder';
import type { Vocabulary } from './vocabulary';

/**
 * An utterance is understood while its mismatch stays below the limit. The mismatch is how much worse the
 * words fit the sound than free phones would (nats a phone) plus a quarter of how little the word model
 * expected them (nats a word). Neither tells alone: foreign speech forced onto our words either sounds wrong
 * or makes no sentence. Weight and limit were chosen on 240 foreign and 320 own utterances and measured on
 * others: models/listen/README.md.
 */
const SURPRISE_WEIGHT = 0.25;
const LIMIT = 1.5;

/** How fast the confidence falls around the limit, where it is a half. */
const SOFTNESS = 0.3;

export const NOTHING_HEARD: Recognition = { text: '', understood: false, confidence: 0 };

/** `freeScore` is the score of the best phones without any lexicon. */
export function judge(vocabulary: Vocabulary, decoded: Decoded | null, freeScore: number): Recognition {
	if (!decoded || decoded.words.length === 0) return NOTHING_HEARD;
	const gap = (freeScore - decoded.soundScore) / vocabulary.phones(decoded.words);
	const mismatch = gap + SURPRISE_WEIGHT * vocabulary.surprise(decoded.words);
	const confidence = 1 / (1 + Math.exp((mismatch - LIMIT) / SOFTNESS));
	const understood = mismatch < LIMIT;
	return { text: understood ? vocabulary.text(decoded.words) : '', understood, confidence };
}
