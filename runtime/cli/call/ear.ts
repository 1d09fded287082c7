import { isAudible, joinPcm, samplesToMs } from '../../audio/pcm';
import type { Milliseconds } from '../../lib/clock';
import type { IncomingFrame } from '../../media/audio-in/caller-sound';
import { Resampler } from '../../audio/resampler';

/** What the saved recording is made at: more than the voices give. */
export const RECORDING_RATE = 24_000;

/** What the caller hears: remembers when it was audible and, if asked to, all of it. */
export class CallerEar {
	private readonly recording: Int16Array[] = [];
	private resampler = new Resampler(RECORDING_RATE, RECORDING_RATE);
	private mark: Milliseconds = 0;
	private first: Milliseconds | undefined;
	private last: Milliseconds | undefined;
	private waiting: Array<(at: Milliseconds) => void> = [];

	constructor(private readonly record: boolean) {}

	/** A frame that came in at `at`: its samples lie before that. */
	hear(frame: IncomingFrame, at: Milliseconds): void {
		if (this.record) {
			if (frame.sampleRate !== this.resampler.from) this.resampler = new Resampler(frame.sampleRate, RECORDING_RATE);
			this.recording.push(this.resampler.push(frame.samples));
		}
		const first = frame.samples.findIndex(isAudible);
		if (first < 0) return;
		const before = (index: number): Milliseconds => at - samplesToMs(frame.samples.length - index, frame.sampleRate);
		this.last = before(frame.samples.findLastIndex(isAudible) + 1);
		if (this.last <= this.mark) return;
		this.first ??= Math.max(before(first), this.mark);
		for (const resolve of this.waiting.splice(0)) resolve(this.first);
	}

	/** From now on, counts what comes after `at` only. */
	listenFrom(at: Milliseconds): void {
		this.mark = at;
		this.first = undefined;
	}

	/** First audible sample since `listenFrom`. */
	get firstAudible(): Milliseconds | undefined {
		return this.first;
	}

	/** Last audible sample at all. */
	get lastAudible(): Milliseconds | undefined {
		return this.last;
	}

	/** Resolves with the first audible sample since `listenFrom`, now or when it comes. */
	async untilAudible(): Promise<Milliseconds> {
		return this.first ?? (await new Promise((resolve) => this.waiting.push(resolve)));
	}

	/** Everything that was received, at RECORDING_RATE. */
	recorded(): Int16Array {
		return joinPcm(this.recording);
	}
}
