import { type Clock, monotonicClock } from '../../contract/clock';

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

	/** `work` resolves to the length of the sound that it made or heard, ms. */
	async measure(engine: string, work: () => Promise<number>): Promise<void> {
		const alone = this.running === 0;
		const mine = ++this.begun;
		const startedAt = this.clock.now();
		this.running++;
		try {
			const soundMs = await work();
			if (!alone || this.begun !== mine || soundMs < SHORTEST_MS) return;
			const factor = (this.clock.now() - startedAt) / soundMs;
			const { best, times } = this.seen.get(engine) ?? { best: factor, times: 0 };
			this.seen.set(engine, { best: Math.min(best, factor), times: times + 1 });
		} finally {
			this.running--;
		}
	}
}
