import type { Loading, LoadingPart } from '../../contract/loading';
import { type Clock, monotonicClock } from '../../lib/clock';
import type { LoadTimes } from './store/load-times';

/** What is ready sooner is not worth a word to a caller, nor a note on the disk. */
const SHORT_MS = 500;
/** Said until the load has really ended. */
const ALMOST = 99;

interface Load {
	readonly part: LoadingPart;
	readonly startedAt: number;
	/** How long it took the last time, ms. */
	expectedMs: number | undefined;
	/** What llama.cpp says of the file that it reads, 0 to 1: where nothing is known of an earlier time. */
	share: number | undefined;
	/** Never goes back. */
	percent: number | undefined;
}

/**
 * The models that are being loaded, and how far they are: by how long this model took on this machine the last time, else
 * by what llama.cpp says of its file. Where neither is known there is no percentage.
 */
export class ModelLoads {
	private readonly running = new Map<string, Load>();
	/** What has been loaded stays so: who waits for it later waits for something else. */
	private readonly loaded = new Set<string>();

	constructor(
		private readonly times: Pick<LoadTimes, 'of' | 'keep'>,
		private readonly clock: Clock = monotonicClock,
	) {}

	/** `work` resolves when the model can be used. Several who wait for one model wait for one load. */
	async watch<T>(part: LoadingPart, model: string, work: () => Promise<T>): Promise<T> {
		const key = keyOf(part, model);
		if (this.loaded.has(key) || this.running.has(key)) return await work();
		const load: Load = { part, startedAt: this.clock.now(), expectedMs: undefined, share: undefined, percent: undefined };
		this.running.set(key, load);
		this.times.of(key).then((ms) => (load.expectedMs = ms), () => undefined);
		try {
			const done = await work();
			this.loaded.add(key);
			const tookMs = this.clock.now() - load.startedAt;
			if (tookMs >= SHORT_MS) await this.times.keep(key, tookMs);
			return done;
		} finally {
			this.running.delete(key);
		}
	}

	/** So much of a model's file has been read. */
	read(part: LoadingPart, model: string, share: number): void {
		const load = this.running.get(keyOf(part, model));
		if (load) load.share = share;
	}

	/** Of these models, those that take their time. */
	of(models: ReadonlyArray<{ readonly part: LoadingPart; readonly model: string }>): Loading[] {
		return models.flatMap(({ part, model }) => {
			const load = this.running.get(keyOf(part, model));
			const tookMs = load && this.clock.now() - load.startedAt;
			return load && tookMs !== undefined && tookMs >= SHORT_MS ? [this.stateOf(load, tookMs)] : [];
		});
	}

	private stateOf(load: Load, tookMs: number): Loading {
		const share = load.expectedMs === undefined ? load.share : tookMs / load.expectedMs;
		if (share !== undefined) load.percent = Math.max(load.percent ?? 0, Math.min(ALMOST, Math.floor(share * 100)));
		return { part: load.part, ...(load.percent !== undefined && { percent: load.percent }) };
	}
}

function keyOf(part: LoadingPart, model: string): string {
	return `${part} ${model}`;
}
