import { NOTHING_HEARD, type Recognition } from '../engine';
import type { Decoded } from './decoder';
import type { Vocabulary } from './vocabulary';

/**
 * An utterance is understood while its mismatch stays below the limit. The mismatch is, in nats a phone, how
 * much worse the words fit the sound than free phones would, and half of how little the word model expected
 * them. Neither tells alone: foreign speech forced onto our words either sounds wrong or makes no sentence. The
 * surprise counts by the phone, not by the word: "how for is it" has as many words as "what is on monday" has,
 * but less sound to speak for them. What any sentence costs is free, or "yes" and "no" would be too surprising.
 * The numbers were chosen on 900 own and 1900 foreign utterances: models/listen/README.md.
 */
const SURPRISE_WEIGHT = 0.5;
const SENTENCE_SURPRISE = 5;
const LIMIT = 0.85;

/** How fast the confidence falls around the limit, where it is a half. */
const SOFTNESS = 0.3;

/** `freeScore` is the score of the best phones without any lexicon. */
export function judge(vocabulary: Vocabulary, decoded: Decoded | null, freeScore: number): Recognition {
	if (!decoded || decoded.words.length === 0) return NOTHING_HEARD;
	const gap = freeScore - decoded.soundScore;
	const surprise = Math.max(0, vocabulary.surprise(decoded.words) - SENTENCE_SURPRISE);
	const mismatch = (gap + SURPRISE_WEIGHT * surprise) / vocabulary.phones(decoded.words);
	const confidence = 1 / (1 + Math.exp((mismatch - LIMIT) / SOFTNESS));
	const understood = mismatch < LIMIT;
	return { text: understood ? vocabulary.text(decoded.words) : '', understood, confidence };
}
