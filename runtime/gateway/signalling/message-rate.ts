import { monotonicClock } from '../../lib/clock';

/** So many a second in the long run, and `burst` at once. */
export class MessageRate {
	private left: number;
	private at = monotonicClock.now();

	constructor(
		private readonly perSecond: number,
		private readonly burst: number,
	) {
		this.left = burst;
	}

	/** false: one too many. */
	take(): boolean {
		const now = monotonicClock.now();
		this.left = Math.min(this.burst, this.left + ((now - this.at) * this.perSecond) / 1000);
		this.at = now;
		if (this.left < 1) return false;
		this.left--;
		return true;
	}
}
