/** How far the download of a model is. */
export interface ModelProgress {
	readonly id: string;
	/** The file that is being fetched. */
	readonly file: string;
	/** Of all files, those that were here before included. */
	readonly bytes: number;
	/** undefined while the size of a file is not known. */
	readonly total: number | undefined;
	/** Bytes a second over the last seconds. */
	readonly rate: number;
	/** Another process fetches it, and this one waits for that. */
	readonly waitingFor?: number;
}

/** The rate is taken over this long, ms: long enough to be read, short enough to be true. */
const WINDOW_MS = 5000;
/** Nobody reads faster, ms. */
const EVERY_MS = 200;

/** Turns positions into progress with a rate, not more often than it can be read. */
export class ProgressMeter {
	private readonly samples: { at: number; bytes: number }[] = [];
	private lastReport = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly id: string,
		private readonly now: () => number,
		private readonly report: (progress: ModelProgress) => void,
	) {}

	at(file: string, bytes: number, total: number | undefined, waitingFor?: number): void {
		const now = this.now();
		// A file that was begun anew is no negative rate.
		if (bytes < (this.samples.at(-1)?.bytes ?? 0)) this.samples.length = 0;
		const done = total !== undefined && bytes >= total;
		if (!done && now - this.lastReport < EVERY_MS) return;
		this.lastReport = now;
		this.samples.push({ at: now, bytes });
		while (this.samples.length > 2 && now - (this.samples[0]?.at ?? now) > WINDOW_MS) this.samples.shift();
		this.report({ id: this.id, file, bytes, total, rate: this.rate(), ...(waitingFor === undefined ? {} : { waitingFor }) });
	}

	private rate(): number {
		const first = this.samples[0];
		const last = this.samples.at(-1);
		if (!first || !last || last.at <= first.at) return 0;
		return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
	}
}
