import type { Clock, Milliseconds } from '../../lib/clock';

/** Packets hold 20 ms, and jitter is smoothed out before this is seen: at 20 % of loss no gap of 71 ms was found in 3 s, at 50 % 13 of 100 ms. */
const MISSING_MS = 80;
/** What is played into a path that is dead for longer waits. A hold-up that a mobile network makes good is mostly shorter. */
const DEAD_MS = 400;
/**
 * Sound that was sent this long before the last sound came in has surely arrived: the caller's last packets waited in our
 * jitter buffer, and ours were on their way.
 */
const UNSURE_MS = 150;

/** So many fresh sounds, some 10 s of them, say what the offset is; then older ones are forgotten. */
const FRESH_SOUNDS = 200;

/**
 * From another clock to ours: the smallest difference, for sound is never given out before it came in. One of the clocks
 * may be set while a call goes on; what was true before is forgotten then.
 */
class ClockOffset {
	private newest: Milliseconds | undefined;
	private smallest = Infinity;
	private before = Infinity;
	private fresh = 0;

	at(newest: Milliseconds, now: Milliseconds): Milliseconds {
		if (newest !== this.newest) {
			this.newest = newest;
			this.smallest = Math.min(this.smallest, now - newest);
			if (++this.fresh % FRESH_SOUNDS === 0) {
				this.before = this.smallest;
				this.smallest = Infinity;
			}
		}
		return Math.min(this.before, this.smallest);
	}
}

export interface SoundPathListener {
	/** No sound has come in since then. It may have been lost, so nothing is known of what the caller does. */
	missing(since: Milliseconds): void;
	/** It comes in again. `missedMs`: so long was nothing known; 0 where the caller had sent none. */
	back(missedMs: Milliseconds): void;
	/** What was sent after `heardUntil` has not been heard for sure, and nothing that is sent now will be. */
	dead(heardUntil: Milliseconds): void;
	alive(): void;
}

/**
 * Tells silence from packets that do not come, which sound alike: wrtc's sink makes up 100 frames a second whatever
 * happens. `newest` is when the sound that the sink gave last had come in, on any clock; undefined before the first.
 * Pure: looks when it is asked to.
 */
export class SoundPath {
	private readonly offset = new ClockOffset();
	private missingSince: Milliseconds | undefined;
	private isDead = false;
	/** The caller sends nothing, and the path is well: a muted track, or a client that does not send its silence. */
	private silentSender = false;
	/** Nothing came in although nothing was lost: more than once, and the client is of that kind. */
	private sparse = false;

	constructor(
		private readonly clock: Clock,
		private readonly newest: () => Milliseconds | undefined,
		private readonly listener: SoundPathListener,
	) {}

	/** Looks now. @returns whether sound is missing. */
	look(): boolean {
		const newest = this.newest();
		// Read after it: a process that is kept waiting between the two must not take sound for some of the future.
		const now = this.clock.now();
		if (newest === undefined || this.sparse) return false;
		const last = newest + this.offset.at(newest, now);
		if (now - last < MISSING_MS) this.arrived(last);
		else if (!this.silentSender) this.lacks(last, now);
		return this.missingSince !== undefined;
	}

	get missing(): boolean {
		return this.missingSince !== undefined;
	}

	/** All that is missing may never have been sent. */
	get mayBeSilent(): boolean {
		return this.missing || this.silentSender || this.sparse;
	}

	/** Other packets than sound come in meanwhile: the path is well, the caller sends no sound. */
	othersArrive(): void {
		if (this.missingSince === undefined) return;
		this.silentSender = true;
		this.end(0);
	}

	/** All sound that the caller sent has come in, and it was less than time has passed: gaps say nothing here. */
	sentSparsely(): void {
		this.sparse = true;
		if (this.missingSince !== undefined) this.end(0);
	}

	private arrived(last: Milliseconds): void {
		this.silentSender = false;
		if (this.missingSince !== undefined) this.end(last - this.missingSince);
	}

	private lacks(last: Milliseconds, now: Milliseconds): void {
		if (this.missingSince === undefined) {
			this.missingSince = last;
			this.listener.missing(last);
		}
		if (this.isDead || now - last < DEAD_MS) return;
		this.isDead = true;
		this.listener.dead(last - UNSURE_MS);
	}

	private end(missedMs: Milliseconds): void {
		this.missingSince = undefined;
		this.listener.back(missedMs);
		if (!this.isDead) return;
		this.isDead = false;
		this.listener.alive();
	}
}
