import { FrameAssembler, type Frame } from './tokens/frame-assembler';
import { LoopGuard } from './tokens/runaway';
import { type Clock, type Milliseconds, monotonicClock } from '../../../lib/clock';

/** 2 s: enough to ride out a hold-up, little to throw away when the caller interrupts. */
const AHEAD_FRAMES = 24;
/** A model that rests goes on at 1 s: should it have to read the speech again, then not for a frame or two. */
const LOW_FRAMES = 12;

/**
 * The frames of one speech as they are written, never more than 2 s ahead of what has been used: the model
 * rests while the caller listens, so that others get its time.
 */
export class FrameFeed {
	readonly frames: Frame[] = [];
	ended = false;
	/** The model went round in circles and was stopped. */
	looped = false;
	private readonly assembler = new FrameAssembler();
	private readonly guard = new LoopGuard();
	private used = 0;
	private firstAt: Milliseconds = Number.NaN;
	private latestAt: Milliseconds = Number.NaN;
	private failure: { readonly error: unknown } | undefined;
	private wakeReader: () => void = () => undefined;
	private wakeWriter: () => void = () => undefined;
	private readonly written: Promise<void>;

	constructor(
		numbers: AsyncIterable<number>,
		private readonly signal: AbortSignal,
		private readonly clock: Clock = monotonicClock,
	) {
		signal.addEventListener('abort', () => this.wakeWriter(), { once: true });
		this.written = this.write(numbers);
	}

	/** Tokens that fitted nowhere. */
	get dropped(): number {
		return this.assembler.dropped;
	}

	/** How long the model takes to write a frame, ms; undefined before the second one. */
	get writtenMs(): number | undefined {
		return this.frames.length < 2 ? undefined : (this.latestAt - this.firstAt) / (this.frames.length - 1);
	}

	/** How long ago the latest frame was written, ms. */
	get sinceMs(): number {
		return this.clock.now() - this.latestAt;
	}

	/** `frames` frames have become sound. */
	use(frames: number): void {
		this.used = frames;
		this.wakeWriter();
	}

	/** Resolves when there is more to see than before. */
	async more(): Promise<void> {
		if (!this.ended) {
			await new Promise<void>((resolve) => {
				this.wakeReader = resolve;
			});
		}
	}

	/** Throws what ended the tokens before their end: once all that was written before is played. */
	assertWhole(): void {
		if (this.failure) throw this.failure.error;
	}

	/** Resolves when nothing is written any more. */
	async closed(): Promise<void> {
		await this.written;
	}

	private async write(numbers: AsyncIterable<number>): Promise<void> {
		try {
			for await (const number of numbers) {
				const frame = this.assembler.push(number);
				if (frame) {
					this.looped = this.guard.push(frame);
					if (this.looped) break;
					this.latestAt = this.clock.now();
					if (this.frames.length === 0) this.firstAt = this.latestAt;
					this.frames.push(frame);
					this.wakeReader();
					await this.room();
				}
				if (this.signal.aborted) break;
			}
		} catch (error) {
			this.failure = { error };
		}
		this.ended = true;
		this.wakeReader();
	}

	private async room(): Promise<void> {
		if (this.frames.length - this.used < AHEAD_FRAMES) return;
		while (this.frames.length - this.used > LOW_FRAMES && !this.signal.aborted) {
			await new Promise<void>((resolve) => {
				this.wakeWriter = resolve;
			});
		}
	}
}
