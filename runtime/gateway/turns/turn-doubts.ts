import type { LinkFigures, TurnLink } from '../../contract/link';
import type { StartTurn } from '../../dialogue/conversation-events';
import { mayBeMisheard } from '../../dialogue/tool-inputs/may-be-misheard';
import { monotonicClock } from '../../lib/clock';
import { worstPercentOf } from '../calls/link-quality';
import type { Turn } from './turn';

/** What the network has done to a turn's sound, beside what its dialogue knows. */
export function soundOf({ missedMs, lostPercent, concealedPercent, worstPercent, concealedMs }: TurnLink): Partial<StartTurn> {
	return { missedMs, lostPercent, concealedPercent, worstPercent, concealedMs };
}

/** Of which turns words may be missing, or others than were said: for the whole call, since a tool may be given what was said long ago. */
export class TurnDoubts {
	/** Of those that are not remembered any more. */
	private readonly kept = new Set<number>();

	/** @param turns those that are remembered, as they come and go */
	constructor(private readonly turns: readonly Turn[]) {}

	has(n: number): boolean {
		const turn = this.turns.find((each) => each.n === n);
		return turn ? this.isDoubtful(turn) : this.kept.has(n);
	}

	private isDoubtful({ start, confidence }: Turn): boolean {
		// Its text begins with that of the turn that it continues.
		return mayBeMisheard({ ...start, confidence }) || (start.continues !== undefined && this.has(start.continues));
	}

	/** What came over until now, in which the caller may have said the last words of a turn that has begun. */
	cameOver(figures: LinkFigures): void {
		// Before one is forgotten it is noted here: figures come every second.
		for (const each of this.turns) if (this.isDoubtful(each)) this.kept.add(each.n);
		const turn = this.turns.at(-1);
		const from = monotonicClock.now() - figures.ms;
		if (turn && from < turn.start.speechEndAt) turn.cameOver({ worstPercent: worstPercentOf([figures]), concealedMs: figures.concealedMs });
	}
}
