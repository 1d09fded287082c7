import type { Heard, AudioStretch, Listener } from './acoustic-model';

/** What runs stretches; `AcousticModel` in life. */
export interface Runner {
	run(stretches: readonly AudioStretch[]): Promise<readonly Heard[]>;
}

/** Callers in one run: 16 chunks take about 3 ms, so nobody waits long for it. */
const MAX_BATCH = 16;

type Batch = Array<{ readonly listener: Listener; readonly stretch: AudioStretch }>;

/**
 * Serves all listeners in turn with one model: each round takes one stretch of everybody who has one, and
 * stretches of the same length share a run. Nobody can take more than one place in a round.
 */
export class SharedRuns {
	private readonly listeners = new Set<Listener>();
	private working = Promise.resolve();
	private busy = false;
	private stopped = false;

	constructor(
		private readonly runner: Runner,
		private readonly onFailed: (error: unknown) => void,
	) {}

	add(listener: Listener): void {
		this.listeners.add(listener);
	}

	/** What is being computed for it is thrown away. */
	remove(listener: Listener): void {
		this.listeners.delete(listener);
	}

	/** To be called whenever a listener may have got something to do. */
	wake(): void {
		if (this.busy) return;
		this.busy = true;
		this.working = this.work();
	}

	/** Resolves when no run is under way: only then may the model be freed. */
	async stop(): Promise<void> {
		this.stopped = true;
		await this.working;
	}

	private async work(): Promise<void> {
		try {
			for (let round = this.round(); round.length > 0 && !this.stopped; round = this.round()) {
				for (const batch of round) await this.serve(batch);
			}
		} catch (error) {
			this.onFailed(error);
		} finally {
			this.busy = false;
		}
	}

	private async serve(batch: Batch): Promise<void> {
		if (this.stopped) return;
		const heard = await this.runner.run(batch.map(({ stretch }) => stretch));
		for (const [index, { listener }] of batch.entries()) {
			const mine = heard[index];
			if (mine && this.listeners.has(listener)) listener.take(mine);
		}
	}

	private round(): Batch[] {
		const batches: Batch[] = [];
		for (const listener of this.listeners) {
			const stretch = listener.next();
			if (!stretch) continue;
			const open = batches.find(
				(batch) => batch.length < MAX_BATCH && batch[0]?.stretch.audio.length === stretch.audio.length,
			);
			if (open) open.push({ listener, stretch });
			else batches.push([{ listener, stretch }]);
		}
		return batches;
	}
}
