import type { Milliseconds } from '../../lib/clock';
import { type Lane, STEP_KINDS, type Step, type StepKind } from './steps';

/** A step as it stands at one moment. */
interface Candidate<S> {
	readonly step: S;
	readonly askedAt: Milliseconds;
	readonly kind: StepKind;
	/** No step of its kind has waited longer. */
	readonly oldest: boolean;
	/** By its kind, or 0 once its kind's patience is at an end. */
	readonly rank: number;
}

function rankOf(kind: StepKind): number {
	return STEP_KINDS[kind].rank;
}

/**
 * Decides which steps may start. A lane computes one round at a time: its most urgent step and all that can share
 * its batch. Another lane's round may run beside it unless something more urgent waits or runs. On
 * a GPU that is no matter for lanes of one model: one computes while the other's tokens are sampled. Pure: takes the
 * time, holds no timers. Whenever something was asked for, withdrawn or done, `next` says what may start.
 */
export class Order<S extends Step> {
	private readonly waiting = new Map<S, Milliseconds>();
	private readonly running = new Map<S, StepKind>();
	/** When a kind's oldest step last started. */
	private readonly servedAt = new Map<StepKind, Milliseconds>();

	get idle(): boolean {
		return this.waiting.size === 0 && this.running.size === 0;
	}

	ask(step: S, now: Milliseconds): void {
		this.waiting.set(step, now);
	}

	/** Nobody wants the step any more. Does nothing for one that has started. */
	withdraw(step: S): void {
		this.waiting.delete(step);
	}

	done(step: S): void {
		this.running.delete(step);
	}

	/** The steps that start now, by the numbers of their sequences. Each must be reported as done. */
	next(now: Milliseconds): Array<{ readonly step: S; readonly kind: StepKind }> {
		const queue = this.candidates(now);
		queue.sort((a, b) => a.rank - b.rank || a.askedAt - b.askedAt);
		const most = Math.min(queue[0]?.rank ?? 0, ...[...this.running.values()].map(rankOf));
		const started: Array<Candidate<S>> = [];
		for (const lead of queue) {
			if (lead.rank > most && !this.joins(lead.step.lane, most)) continue;
			if (this.busy(lead.step.lane)) continue;
			for (const each of queue) if (each === lead || rides(each, lead)) started.push(this.start(each, now));
		}
		return started.sort((a, b) => (a.step.sequence ?? 0) - (b.step.sequence ?? 0));
	}

	/** Only the oldest of a kind may lose patience, so many that wait never become a rush. */
	private candidates(now: Milliseconds): Array<Candidate<S>> {
		const seen = new Set<StepKind>();
		// Waiting steps are kept in the order in which they were asked for.
		return [...this.waiting].map(([step, askedAt]) => {
			const kind = step.kind();
			const waited = now - Math.max(askedAt, this.servedAt.get(kind) ?? askedAt);
			const oldest = !seen.has(kind);
			seen.add(kind);
			return { step, askedAt, kind, oldest, rank: oldest && waited >= STEP_KINDS[kind].patienceMs ? 0 : rankOf(kind) };
		});
	}

	private busy(lane: Lane): boolean {
		return [...this.running.keys()].some((step) => step.lane === lane);
	}

	/** Does its model compute something as urgent as `rank` in another lane, and does it cost that nothing? */
	private joins({ sharesFreely, name }: Lane, rank: number): boolean {
		return sharesFreely && [...this.running].some(([step, kind]) => step.lane.name === name && rankOf(kind) <= rank);
	}

	private start(candidate: Candidate<S>, now: Milliseconds): Candidate<S> {
		const { step, kind, oldest } = candidate;
		this.waiting.delete(step);
		this.running.set(step, kind);
		// Younger steps of the kind may join rounds of other lanes again and again: that does nothing for the oldest.
		if (oldest) this.servedAt.set(kind, now);
		return candidate;
	}
}

/** One more token may join a round where it costs the others nothing, or where it is as urgent as they are. */
function rides<S extends Step>({ step, kind }: Candidate<S>, lead: Candidate<S>): boolean {
	const { lane } = lead.step;
	return step.lane === lane && !step.chunk && (lane.sharesFreely || rankOf(kind) <= rankOf(lead.kind));
}
