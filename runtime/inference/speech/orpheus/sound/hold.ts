import type { Clock, Milliseconds } from '../../../../lib/clock';

/** A model or a decoder that is too slow for real time is late whatever is held: so long, and no longer. */
const LONGEST_HOLD_MS = 400;

/** Holds the first sound of a speech until nothing after it will be late. */
export class Hold {
	private held: Int16Array[] = [];
	private since: Milliseconds | undefined;
	private open = false;

	constructor(private readonly clock: Clock) {}

	/**
	 * What can be let go with this. `late`: how late something would be if that were done, ms; `samples`: all that is held.
	 */
	push(pcm: Int16Array, late: (samples: number) => number): Int16Array[] {
		if (this.open) return [pcm];
		if (pcm.length > 0) this.held.push(pcm);
		if (this.held.length === 0) return [];
		this.since ??= this.clock.now();
		const samples = this.held.reduce((sum, { length }) => sum + length, 0);
		if (this.clock.now() - this.since < LONGEST_HOLD_MS && late(samples) > 0) return [];
		return this.end();
	}

	/** All that is held. From now on nothing is. */
	end(): Int16Array[] {
		this.open = true;
		return this.held.splice(0);
	}
}
