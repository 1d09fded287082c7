import type { Milliseconds } from '../../lib/clock';

/** Long enough to hold a frame that came on time, short enough to follow a sound card's drift. */
const WINDOW_MS = 1000;

/**
 * Tells when a sample was received, from when frames come in. Frames are delivered late, never early, so the
 * least delayed one of the last one to two seconds tells where the others should have been.
 */
export class ArrivalClock {
	private current = Infinity;
	private previous = Infinity;
	private windowEnd = -Infinity;

	constructor(private readonly sampleRate: number) {}

	/** All samples before number `end` have come in by `at`. */
	arrived(end: number, at: Milliseconds): void {
		if (at >= this.windowEnd) {
			this.previous = this.current;
			this.current = Infinity;
			this.windowEnd = at + WINDOW_MS;
		}
		this.current = Math.min(this.current, at - this.duration(end));
	}

	/** When sample number `index` was received. */
	timeOf(index: number): Milliseconds {
		return Math.min(this.current, this.previous) + this.duration(index);
	}

	private duration(samples: number): Milliseconds {
		return (samples * 1000) / this.sampleRate;
	}
}
