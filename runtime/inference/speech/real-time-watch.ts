import type { Clock, Milliseconds } from '../../lib/clock';
import { VoiceError } from '../../contract/errors';

/** A caller who hears nothing for longer thinks that the line is dead. */
const FIRST_SOUND_MS = 2500;
/** Silence within a sentence, all together, that is no more than a pause in speech. */
const GRACE_MS = 300;

/**
 * Watches whether a voice keeps ahead of the caller's ear. What was made and what time has passed say how much
 * the caller has not heard yet; the next sound must come before that is used up.
 */
export class RealTimeWatch {
	private dueAt: Milliseconds = 0;
	/** When the caller will have heard all that was made. */
	private heardAllAt: Milliseconds = 0;
	/** Of this piece's grace, what is left. */
	private grace = GRACE_MS;
	private begun = false;
	private heldMs: Milliseconds = 0;
	private rearm: () => void = () => undefined;

	/** `held`: nobody hears any of it before `letGo()`. */
	constructor(
		private readonly clock: Clock,
		private held = false,
	) {}

	/** The voice is given a piece. There may have been nothing to say for a while. */
	piece(): void {
		this.grace = GRACE_MS;
		this.begun = false;
		this.dueAt = Math.max(this.held ? 0 : this.heardAllAt + GRACE_MS, this.clock.now() + FIRST_SOUND_MS);
	}

	/** It made `ms` of sound. */
	made(ms: Milliseconds): void {
		const now = this.clock.now();
		if (this.held) return this.keep(this.heldMs + ms);
		// Before a sentence a pause is none of the voice's doing.
		if (this.begun) this.grace -= Math.max(0, now - this.heardAllAt);
		this.begun = true;
		this.heardAllAt = Math.max(this.heardAllAt, now) + ms;
		this.dueAt = this.heardAllAt + Math.max(0, this.grace);
	}

	/** It was asked to rest and goes on now, while the caller still has `unheardMs` to hear. */
	resumed(unheardMs: Milliseconds): void {
		if (this.held) return this.keep(unheardMs);
		this.heardAllAt = this.clock.now() + unheardMs;
		this.dueAt = this.heardAllAt + Math.max(0, this.grace);
	}

	/** What was held is heard from now on. */
	letGo(): void {
		if (!this.held) return;
		this.held = false;
		this.heardAllAt = this.clock.now() + this.heldMs;
		this.dueAt = this.begun ? this.heardAllAt + this.grace : Math.max(this.dueAt, this.heardAllAt + GRACE_MS);
		this.rearm();
	}

	/** Nobody listens, so nothing is used up; but a voice that has stopped making sound does not make the next either. */
	private keep(heldMs: Milliseconds): void {
		this.heldMs = heldMs;
		this.begun = true;
		this.dueAt = this.clock.now() + FIRST_SOUND_MS;
	}

	/** What the caller has been given and has not heard yet, ms. */
	get unheardMs(): Milliseconds {
		if (this.held) return this.heldMs;
		return Math.max(0, this.heardAllAt - this.clock.now());
	}

	/** `next`, or VOICE_ERR_TOO_SLOW where it does not come in time. */
	async inTime<T>(next: Promise<T>, engine: string): Promise<T> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_resolve, reject) => {
			const tooLate = (): void => reject(new VoiceError('VOICE_ERR_TOO_SLOW', `The voice "${engine}" takes longer to make its speech than to play it.`));
			this.rearm = () => {
				clearTimeout(timer);
				timer = setTimeout(tooLate, Math.max(0, this.dueAt - this.clock.now()));
			};
			this.rearm();
		});
		try {
			return await Promise.race([next, late]);
		} finally {
			this.rearm = () => undefined;
			clearTimeout(timer);
		}
	}
}
