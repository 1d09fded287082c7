import type { CallerUtterance, QuestionIds } from './caller-utterance';
import type { ConversationEffect } from './conversation-events';

/** What is asked about the caller's words. Each question has an id of its own, so that a late answer is not taken for another's. */
export class Questions {
	private finals = 0;
	private ends = 0;
	private pauses = 0;

	/** `judgesSound`: somebody can tell by the sound whether the caller has finished. */
	constructor(private readonly judgesSound: boolean) {}

	next(inPauses: boolean): QuestionIds {
		return {
			finalId: `final-${this.finals + 1}`,
			endId: this.judgesSound ? `end-${this.ends + 1}` : undefined,
			pauseId: inPauses ? `pause-${this.pauses + 1}` : undefined,
		};
	}

	/** Those of `ids` that have come up. */
	asked({ finalId, endId, pauseId }: QuestionIds, before: CallerUtterance | undefined, now: CallerUtterance | undefined): ConversationEffect[] {
		const effects: ConversationEffect[] = [];
		if (endId !== undefined && now?.endAsked === endId && before?.endAsked !== endId) {
			this.ends++;
			effects.push({ type: 'judgeTurnEnd', id: endId });
		}
		if (now?.finalAsked === finalId && before?.finalAsked !== finalId) {
			this.finals++;
			effects.push({ type: 'requestFinal', id: finalId });
		}
		if (pauseId !== undefined && now?.pause?.asked === pauseId && before?.pause?.asked !== pauseId) {
			this.pauses++;
			effects.push({ type: 'requestSoFar', id: pauseId });
		}
		return effects;
	}
}
