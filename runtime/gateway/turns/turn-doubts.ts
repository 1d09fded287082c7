import type { LinkFigures } from '../../contract/link';
import { mayBeMisheard } from '../../dialogue/tool-inputs/may-be-misheard';
import { monotonicClock } from '../../lib/clock';
import { percent } from '../calls/link-quality';
import type { Turn } from './turn';

/** For so long each of the link's figures counts. */
const FIGURES_MS = 1000;

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

	/** The packets of the last second, in which the caller may have said the last words of a turn: they are counted when it has begun. */
	cameOver({ lostIn }: Pick<LinkFigures, 'lostIn'>): void {
		// Before one is forgotten it is noted here: figures come every second.
		for (const each of this.turns) if (this.isDoubtful(each)) this.kept.add(each.n);
		const turn = this.turns.at(-1);
		if (turn && monotonicClock.now() - turn.start.speechEndAt < FIGURES_MS) turn.cameOver(percent(lostIn));
	}
}
