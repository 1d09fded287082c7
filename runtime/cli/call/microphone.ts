import { isAudible, FRAME_MS, samplesToMs } from '../../audio/pcm';
import type { Milliseconds } from '../../lib/clock';
import { SampleQueue } from '../../media/audio-out/utterance';

/** What the caller sends: everything at one rate, so that wrtc's encoder never starts anew. */
export const MICROPHONE_RATE = 16_000;
const FRAME_SAMPLES = (MICROPHONE_RATE * FRAME_MS) / 1000;

/** When something that was said really sounded: its first and its last audible sample. */
export interface Spoken {
	readonly from: Milliseconds;
	readonly to: Milliseconds;
}

/** Sends what the caller says in real time, and silence between. The pacer asks for the frames. */
export class Microphone {
	private readonly sayings: Saying[] = [];

	/** `pcm` at MICROPHONE_RATE. Resolves when its last sample has been sent. */
	async say(pcm: Int16Array): Promise<Spoken> {
		return await new Promise((resolve) => this.sayings.push(new Saying(pcm, resolve)));
	}

	next(at: Milliseconds): Int16Array {
		const frame = new Int16Array(FRAME_SAMPLES);
		const saying = this.sayings[0];
		if (saying?.fill(frame, at)) this.sayings.shift();
		return frame;
	}
}

class Saying {
	private readonly queue = new SampleQueue();
	private from: Milliseconds | undefined;
	private to: Milliseconds = 0;

	constructor(
		pcm: Int16Array,
		private readonly done: (spoken: Spoken) => void,
	) {
		this.queue.push(pcm);
	}

	/** @returns whether that was all. */
	fill(frame: Int16Array, at: Milliseconds): boolean {
		this.queue.take(frame);
		const first = frame.findIndex(isAudible);
		if (first >= 0) {
			this.from ??= at + samplesToMs(first, MICROPHONE_RATE);
			this.to = at + samplesToMs(frame.findLastIndex(isAudible) + 1, MICROPHONE_RATE);
		}
		if (this.queue.length > 0) return false;
		this.done({ from: this.from ?? at, to: this.from === undefined ? at : this.to });
		return true;
	}
}
