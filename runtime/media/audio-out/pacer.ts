import { FRAME_MS } from '../../audio/pcm';
import type { Clock, Milliseconds } from '../../lib/clock';

/** A stall longer than this is not made up for: the caller's jitter buffer could not hold so much at once. */
const MAX_BEHIND_FRAMES = 20;

/** Calls back after `ms`; returns how to call it off. */
export type Schedule = (run: () => void, ms: Milliseconds) => () => void;

const byTimer: Schedule = (run, ms) => {
	const timer = setTimeout(run, ms);
	return () => clearTimeout(timer);
};

/**
 * Asks every member for a frame each 10 ms, for all sessions of the process by one timer. Frames are counted
 * from an anchor, so late timers are made up for and nothing drifts.
 */
export class Pacer {
	private readonly members = new Set<(at: Milliseconds) => void>();
	private anchor = 0;
	private sent = 0;
	private cancel: (() => void) | undefined;

	constructor(
		private readonly clock: Clock,
		private readonly schedule: Schedule = byTimer,
	) {}

	/** `tick` must not throw. Returns how to leave. */
	join(tick: (at: Milliseconds) => void): () => void {
		this.members.add(tick);
		if (this.members.size === 1) {
			this.reanchor();
			this.cancel = this.schedule(() => this.run(), 0);
		}
		return () => {
			this.members.delete(tick);
			if (this.members.size > 0) return;
			this.cancel?.();
			this.cancel = undefined;
		};
	}

	private run(): void {
		const now = this.clock.now();
		const due = Math.floor((now - this.anchor) / FRAME_MS) + 1 - this.sent;
		if (due > MAX_BEHIND_FRAMES) {
			this.reanchor();
			this.frame(now);
		} else for (let i = 0; i < due; i++) this.frame(now);
		if (this.members.size === 0) return;
		const wait = this.anchor + this.sent * FRAME_MS - this.clock.now();
		// Timers count whole ms and must not fire early, or this would run twice a frame.
		this.cancel = this.schedule(() => this.run(), Math.max(Math.ceil(wait), 0));
	}

	private frame(at: Milliseconds): void {
		this.sent++;
		for (const tick of this.members) tick(at);
	}

	private reanchor(): void {
		this.anchor = this.clock.now();
		this.sent = 0;
	}
}
