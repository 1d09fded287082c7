import { asIfEnded, wholeText, type CallerUtterance } from './caller-utterance';
import type { SpeculationStart } from './conversation-events';
import { areSameWords } from './turn-taking/spoken-words';

/** Of one turn's ends that proved not to be ends: who pauses this often will pause again. */
const MOST_A_TURN = 3;

interface Begun {
	readonly id: number;
	readonly text: string;
	/** It can go no further before the turn has ended. */
	readonly ready: boolean;
}

/**
 * Work on a turn before it is certain that the turn has ended. With or without it the same turns begin; but a turn's end may wait
 * until there is something to be heard, for till then nobody gains by it, and the caller may still go on.
 */
export class Speculation {
	private last = 0;
	private inThisTurn = 0;
	private begun: Begun | undefined;

	constructor(private readonly start: SpeculationStart = 'never') {}

	/** One goes on at a time. */
	get mayBegin(): boolean {
		return this.start !== 'never' && !this.begun && this.inThisTurn < MOST_A_TURN;
	}

	/** One is left for the end of the speech. */
	get mayBeginInPause(): boolean {
		return this.start === 'pause' && !this.begun && this.inThisTurn < MOST_A_TURN - 1;
	}

	begin(text: string): number {
		this.inThisTurn++;
		this.begun = { id: ++this.last, text, ready: false };
		return this.begun.id;
	}

	isReady(id: number): void {
		if (this.begun?.id === id) this.begun = { ...this.begun, ready: true };
	}

	/** The answer to this text has been begun, and there is nothing of it to be heard yet. */
	isInTheMaking(text: string): boolean {
		return this.begun !== undefined && areSameWords(this.begun.text, text) && !this.begun.ready;
	}

	/** The turn has ended with this text: returns what was begun for it. */
	confirm(text: string): number | undefined {
		const { begun } = this;
		if (!begun || !areSameWords(begun.text, text)) return undefined;
		this.begun = undefined;
		return begun.id;
	}

	/**
	 * Returns what was begun and is for nothing, once. A sound without words leaves it: only another text makes another turn.
	 * `caller`: what the caller says; undefined where that is no turn any more.
	 */
	outdated(caller: CallerUtterance | undefined): number | undefined {
		const { begun } = this;
		if (caller === undefined) this.inThisTurn = 0;
		if (!begun || (caller && isStillSaid(caller, begun.text))) return undefined;
		this.begun = undefined;
		return begun.id;
	}
}

/** By the words so far, or those up to the pause that may be the end. */
function isStillSaid(caller: CallerUtterance, text: string): boolean {
	if (!caller.recognised || caller.wordsMayBeMissing) return false;
	const ended = asIfEnded(caller);
	return areSameWords(wholeText(caller), text) || (ended !== undefined && areSameWords(wholeText(ended), text));
}
