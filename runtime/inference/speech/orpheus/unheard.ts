import type { Clock } from '../../../lib/clock';

/** How much of what was given out the caller has still to hear, if it is played at once and without a pause. */
export class Unheard {
	private playedAt = -Infinity;

	constructor(private readonly clock: Clock) {}

	/** After a pause, or a gap, the sound begins anew. */
	given(ms: number): void {
		this.playedAt = Math.max(this.playedAt, this.clock.now()) + ms;
	}

	get ms(): number {
		return Math.max(0, this.playedAt - this.clock.now());
	}
}
