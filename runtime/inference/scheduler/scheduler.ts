import { type Clock, monotonicClock } from '../../lib/clock';
import { Meter } from './meter';
import { Order } from './order';
import type { LaneSpeed } from './capacity';
import { type Lane, type Step, type StepKind, stepKinds } from './steps';

/** What a GPU does for one stream says nothing of what it does for many. */
const GPU_BATCH = 4;

/** Does one step when its time has come. `tokens`: how many it writes or, as a chunk, reads. */
export type Permit = <T>(tokens: number, work: () => Promise<T>) => Promise<T>;

interface Asked extends Step {
	readonly tokens: number;
	readonly start: () => void;
}

interface OpenRound {
	readonly startedAt: number;
	running: number;
	read: number;
	/** What the model had written when it began. */
	readonly writtenBefore: number;
}

/** The lanes of a model, and what was seen of them. */
interface ModelLanes {
	readonly lanes: readonly Lane[];
	readonly sharesFreely: boolean;
	readonly meter: Meter;
	written: number;
}

/**
 * Lets the models' steps start in the order of `steps.ts`. What was asked for in one turn of the event loop is
 * decided together, as node-llama-cpp puts together what is queued in one: so steps of one context still share
 * their batch, and whoever has just got a token asks for the next before somebody less urgent is let in.
 */
export class Scheduler {
	/** Steps and rounds started since the process did. */
	readonly started = Object.fromEntries(stepKinds.map((kind) => [kind, 0])) as Record<StepKind, number>;
	rounds = 0;
	private readonly order = new Order<Asked>();
	private readonly open = new Map<Lane, OpenRound>();
	private readonly models = new Map<string, ModelLanes>();
	/** The steps under way, with when each began: a round may go on for as long as others join it. */
	private readonly under = new Map<Asked, number>();
	private planned = false;

	constructor(
		private readonly clock: Clock = monotonicClock,
		private readonly soon: (act: () => void) => void = setImmediate,
	) {}

	get idle(): boolean {
		return this.order.idle;
	}

	/** How long the oldest step under way has been running. */
	get longestStepMs(): number {
		const now = this.clock.now();
		return Math.max(0, ...[...this.under.values()].map((startedAt) => now - startedAt));
	}

	/** A model's only lane; takes the place of earlier ones of that name. */
	lane(name: string, sharesFreely: boolean): Lane {
		const lane = { name, sharesFreely };
		this.know([lane], lane);
		return lane;
	}

	/** One lane for each of a model's contexts; they take the place of earlier ones of that name. */
	lanes(name: string, sharesFreely: boolean, count: number): Lane[] {
		const lanes = Array.from({ length: count }, (): Lane => ({ name, sharesFreely }));
		this.know(lanes, { name, sharesFreely });
		return lanes;
	}

	/** What the model of that name has been seen to do, in all its lanes together. */
	speed(name: string): LaneSpeed | undefined {
		const known = this.models.get(name);
		return known && { written: known.meter.written, read: known.meter.read, onGpu: known.sharesFreely };
	}

	/** Permits for steps of one sort, until `signal` is aborted: then it rejects with the signal's reason. */
	permit(step: Step, signal: AbortSignal): Permit {
		return async (tokens, work) => {
			const asked = await this.turn(step, tokens, signal);
			try {
				signal.throwIfAborted();
				return await work();
			} finally {
				this.done(asked);
			}
		};
	}

	private know(lanes: readonly Lane[], { name, sharesFreely }: Lane): void {
		this.models.set(name, { lanes, sharesFreely, meter: new Meter(sharesFreely ? GPU_BATCH : 1), written: 0 });
	}

	private turn(step: Step, tokens: number, signal: AbortSignal): Promise<Asked> {
		return new Promise((resolve, reject) => {
			signal.throwIfAborted();
			const withdraw = (): void => {
				this.order.withdraw(asked);
				this.plan();
				reject(signal.reason as Error);
			};
			const start = (): void => {
				signal.removeEventListener('abort', withdraw);
				resolve(asked);
			};
			const asked: Asked = { ...step, tokens, start };
			signal.addEventListener('abort', withdraw, { once: true });
			this.order.ask(asked, this.clock.now());
			this.plan();
		});
	}

	private plan(): void {
		if (this.planned) return;
		this.planned = true;
		this.soon(() => {
			this.planned = false;
			const now = this.clock.now();
			for (const { step, kind } of this.order.next(now)) {
				this.started[kind]++;
				this.under.set(step, now);
				this.join(step, now);
				step.start();
			}
		});
	}

	private join({ lane, chunk, tokens }: Asked, now: number): void {
		let round = this.open.get(lane);
		if (!round) {
			round = { startedAt: now, running: 0, read: 0, writtenBefore: this.modelOf(lane)?.written ?? 0 };
			this.open.set(lane, round);
			this.rounds++;
		}
		round.running++;
		if (chunk) round.read += tokens;
	}

	private done(asked: Asked): void {
		const { lane, chunk, tokens } = asked;
		this.under.delete(asked);
		this.order.done(asked);
		const model = this.modelOf(lane);
		if (model && !chunk) model.written += tokens;
		const round = this.open.get(lane);
		if (round && --round.running === 0) {
			this.open.delete(lane);
			// What other lanes wrote meanwhile counts: the model does all of it at once.
			model?.meter.took({ read: round.read, written: model.written - round.writtenBefore, ms: this.clock.now() - round.startedAt });
		}
		this.plan();
	}

	private modelOf(lane: Lane): ModelLanes | undefined {
		const known = this.models.get(lane.name);
		return known?.lanes.includes(lane) ? known : undefined;
	}
}
