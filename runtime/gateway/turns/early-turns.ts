import type { SpeculationSettings } from '../../contract/agent-settings';
import type { TurnSpeculation } from '../../contract/turn';
import { monotonicClock } from '../../lib/clock';
import type { CallListener } from '../calls/call-deps';
import type { StoredTurn } from '../journal/journal';
import type { AnswerAhead } from './answer-ahead';
import { Certainty } from './certainty';
import { Turn } from './turn';

/** Nodes may still ask about them: their executions end with the answer. */
const REMEMBERED = 8;

/** The turn that was begun before its end was certain, those that came to nothing, and what they cost. */
export class EarlyTurns {
	private current: { readonly speculation: number; readonly turn: Turn } | undefined;
	private readonly withdrawn: Turn[] = [];
	private began = 0;
	private superseded = 0;
	private tokensThrownAway = 0;

	constructor(
		private readonly listener: Pick<CallListener, 'turnStarted' | 'turnForgotten'>,
		private readonly answerAhead: Pick<AnswerAhead, 'drop'>,
	) {}

	begin(speculation: number, turn: Turn): void {
		this.withdraw();
		this.began++;
		this.current = { speculation, turn };
		this.listener.turnStarted(turn.id);
	}

	/** For the data of its execution. */
	dataOf({ early }: Turn, { mode, note }: SpeculationSettings): { speculation?: TurnSpeculation } {
		const { began, superseded, tokensThrownAway } = this;
		return mode === 'off' && note === '' ? {} : { speculation: { mode, note, early, began, superseded, tokensThrownAway } };
	}

	/** A turn has ended: gives what was begun for it, if it is still good. What comes now is another turn's. */
	confirmed(speculation: number | undefined): Turn | undefined {
		const { current } = this;
		const turn = current !== undefined && current.speculation === speculation ? current.turn : undefined;
		if (turn) this.current = undefined;
		else this.withdraw();
		return turn;
	}

	/** The next turn begins with nothing thrown away. */
	countAnew(): void {
		this.began = this.superseded = this.tokensThrownAway = 0;
	}

	/** Its nodes are told. `speculation`: only if it is this one. */
	withdraw(speculation = this.current?.speculation): void {
		const { current } = this;
		if (!current || current.speculation !== speculation) return;
		this.current = undefined;
		this.superseded++;
		this.tokensThrownAway += (current.turn.reply?.tokens ?? 0) + this.answerAhead.drop();
		// The end of the turn waits for it no longer.
		current.turn.certainty.need();
		current.turn.supersede();
		this.remember(current.turn);
	}

	private remember(turn: Turn): void {
		this.withdrawn.push(turn);
		const oldest = this.withdrawn.length > REMEMBERED ? this.withdrawn.shift() : undefined;
		if (oldest) this.listener.turnForgotten(oldest.id);
	}

	/** With the process before, it came to nothing: only its nodes still wait. */
	restore(record: StoredTurn): void {
		const certainty = new Certainty('workflow');
		certainty.supersede();
		const turn = new Turn(record.start, [], undefined, monotonicClock, record, undefined, certainty);
		this.remember(turn);
		this.listener.turnStarted(turn.id);
	}

	isCurrent(turn: Turn): boolean {
		return this.current?.turn === turn;
	}

	find(id: string): Turn | undefined {
		return this.current?.turn.id === id ? this.current.turn : this.withdrawn.find((turn) => turn.id === id);
	}

	get all(): readonly Turn[] {
		return this.withdrawn;
	}
}
