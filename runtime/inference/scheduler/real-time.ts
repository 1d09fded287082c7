import { type Clock, monotonicClock } from '../../lib/clock';

/** Pieces shorter than this say more about the start of a piece than about its speed. */
const SHORTEST_MS = 500;
/** The first time may hold the loading. */
const ENOUGH = 3;

/**
 * How long engines that make or hear sound work on a second of it. Only work that had its engines for itself
 * counts: the more are served at a time, the slower each one looks.
 */
export class RealTime {
	private readonly seen = new Map<string, { readonly best: number; readonly times: number }>();
	private running = 0;
	private begun = 0;

	constructor(private readonly clock: Clock = monotonicClock) {}

	/** Seconds of work for a second of sound, at its best so far; undefined until it was seen a few times. */
	factor(engine: string): number | undefined {
		const seen = this.seen.get(engine);
		return seen && seen.times >= ENOUGH ? seen.best : undefined;
	}

	/** Of the engines whose names begin so, the one that was quickest here, by the rest of its name. */
	quickest(prefix: string): { readonly name: string; readonly factor: number } | undefined {
		const known = [...this.seen.keys()].flatMap((engine) => {
			const factor = engine.startsWith(prefix) ? this.factor(engine) : undefined;
			return factor === undefined ? [] : [{ name: engine.slice(prefix.length), factor }];
		});
		return known.sort((a, b) => a.factor - b.factor)[0];
	}

	/** A piece of work on sound begins. */
	begin(engine: string): SpeedTrial {
		const alone = this.running === 0;
		const mine = ++this.begun;
		this.running++;
		return new SpeedTrial(this.clock, (workMs, soundMs) => {
			this.running--;
			if (!alone || this.begun !== mine || soundMs < SHORTEST_MS) return;
			const factor = workMs / soundMs;
			const { best, times } = this.seen.get(engine) ?? { best: factor, times: 0 };
			this.seen.set(engine, { best: Math.min(best, factor), times: times + 1 });
		});
	}
}

/** One piece of work, which may rest in between: only what it works on counts. */
class SpeedTrial {
	private workMs = 0;
	private soundMs = 0;

	constructor(
		private readonly clock: Clock,
		private readonly done: (workMs: number, soundMs: number) => void,
	) {}

	async working<T>(work: () => Promise<T>): Promise<T> {
		const startedAt = this.clock.now();
		try {
			return await work();
		} finally {
			this.workMs += this.clock.now() - startedAt;
		}
	}

	/** It made or heard `ms` of sound. */
	made(ms: number): void {
		this.soundMs += ms;
	}

	end(): void {
		this.done(this.workMs, this.soundMs);
	}
}

export function voiceKey(engine: string): string {
	return `voice ${engine}`;
}
export function recogniserKey(model: string): string {
	return `recogniser ${model}`;
}
