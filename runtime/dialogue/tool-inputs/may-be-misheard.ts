import type { StartTurn } from '../conversation-events';

/** In a gap as long as this a short word is lost, whether it is left out or made up. A busy machine alone makes up to 100 ms up. */
const A_WORD_MS = 150;

/** Up to 10 % of lost packets no word was lost, at 20 % one of 70, at 30 % one of 10 (docs/benchmarks.md). */
const BAD_LINE_PERCENT = 15;

/** A word is gone in a second, however well the rest was heard. Where a tenth is lost, one second of a thousand loses as much by chance. */
const BAD_SECOND_PERCENT = 25;

/** The recogniser's own, over the whole utterance; the offline pack takes nothing below 0.5. */
const UNSURE = 0.55;

type Heard = Pick<StartTurn, 'missedMs' | 'lostPercent' | 'concealedPercent' | 'worstPercent' | 'concealedMs' | 'confidence'>;

/** Whether what was recognised may be another thing than was said. 0 is no confidence, but none that is known. */
export function mayBeMisheard({ missedMs = 0, lostPercent = 0, concealedPercent = 0, worstPercent = 0, concealedMs = 0, confidence }: Heard): boolean {
	return missedMs >= A_WORD_MS || concealedMs >= A_WORD_MS || Math.max(lostPercent, concealedPercent) >= BAD_LINE_PERCENT || worstPercent >= BAD_SECOND_PERCENT || (confidence > 0 && confidence < UNSURE);
}
