import { LISTEN_RATE, samplesToMs } from '../../audio/pcm';
import type { Milliseconds } from '../../lib/clock';
import { VAD_FRAME_SAMPLES } from './silero';

/** Silero's usual thresholds; with these no voice was missed or cut in two down to 0 dB of noise. */
const START = 0.5;
const START_FRAMES = 2;
const STAY = 0.35;

/**
 * The network goes on saying "speech" for this long after the last audible sample: median of 960 clips of 7 synthetic voices and
 * one of a person, cut at the sample; 10th to 90th percentile 20 to 105 (`npm run bench pauses`, test/media/speech-end.test.ts).
 */
const AFTERGLOW_MS = 64;

const FRAME_LENGTH_MS = samplesToMs(VAD_FRAME_SAMPLES, LISTEN_RATE);

/**
 * So much silence is a pause, which may become the end of speech: one frame of it, after what the network says too long. Within 20
 * minutes of recorded prompts this came 0.27 times a second of speech, silences of 200 ms 0.12 times.
 */
const PAUSE_MS = AFTERGLOW_MS + FRAME_LENGTH_MS;

export type SpeechEdge =
	| { readonly type: 'started'; readonly at: Milliseconds; readonly speechAt: Milliseconds }
	/** Within speech; `wentOn` or `stopped` follows. */
	| { readonly type: 'paused'; readonly at: Milliseconds; readonly speechEndAt: Milliseconds }
	| { readonly type: 'wentOn'; readonly at: Milliseconds }
	| { readonly type: 'stopped'; readonly at: Milliseconds; readonly speechEndAt: Milliseconds };

/** Turns speech probabilities into the beginnings and ends of speech. Pure: time comes in with every frame. Packets that do not come are no silence. */
export class SpeechDetector {
	private likely = 0;
	private firstLikelyAt = 0;
	private lastSpeechAt: Milliseconds | undefined;
	private paused = false;
	/** Since then, frames that were made up because packets were missing: neither speech nor silence. */
	private missing = 0;

	constructor(private readonly flushSilenceMs: number) {}

	get speaking(): boolean {
		return this.lastSpeechAt !== undefined;
	}

	/** Would a frame of this probability be silence after speech, or the beginning of it? */
	takesForSilence(probability: number): boolean {
		return this.speaking && probability < STAY;
	}

	/** `at` is when the last sample of the frame was spoken. `missing`: it was made up, as no packets came. */
	push(probability: number, at: Milliseconds, missing = false): SpeechEdge | undefined {
		if (missing) {
			this.missing++;
			return undefined;
		}
		return this.lastSpeechAt === undefined ? this.waitForSpeech(probability, at) : this.waitForSilence(probability, at, this.lastSpeechAt);
	}

	private waitForSpeech(probability: number, at: Milliseconds): SpeechEdge | undefined {
		if (probability < START) {
			this.likely = 0;
			return undefined;
		}
		if (this.likely === 0) this.firstLikelyAt = at - FRAME_LENGTH_MS;
		if (++this.likely < START_FRAMES) return undefined;
		this.likely = 0;
		this.lastSpeechAt = at;
		this.missing = 0;
		return { type: 'started', at, speechAt: this.firstLikelyAt };
	}

	private waitForSilence(probability: number, at: Milliseconds, lastSpeechAt: Milliseconds): SpeechEdge | undefined {
		if (probability >= STAY) {
			this.lastSpeechAt = at;
			this.missing = 0;
			return this.goOn(at);
		}
		// Nobody knows how long the caller spoke while packets were missing.
		const speechEndAt = lastSpeechAt - AFTERGLOW_MS + this.missing * FRAME_LENGTH_MS;
		// The frame that ends nearest to it.
		if (at - speechEndAt >= this.flushSilenceMs - FRAME_LENGTH_MS / 2) {
			this.lastSpeechAt = undefined;
			this.paused = false;
			return { type: 'stopped', at, speechEndAt };
		}
		if (this.paused || at - speechEndAt < PAUSE_MS) return undefined;
		this.paused = true;
		return { type: 'paused', at, speechEndAt };
	}

	private goOn(at: Milliseconds): SpeechEdge | undefined {
		if (!this.paused) return undefined;
		this.paused = false;
		return { type: 'wentOn', at };
	}
}
