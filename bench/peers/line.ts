import { isAudible, LISTEN_RATE, samplesToMs } from '../../runtime/audio/pcm';

/** When something that was said was sent: its first and its last audible sample. Times are lib/clock's. */
export interface Spoken {
	readonly from: number;
	readonly to: number;
}

export interface LineListener {
	/** 16 kHz; `at` is when its last sample came in. */
	hear(at: number, pcm: Int16Array): void;
	/** Nothing will be heard any more. */
	lost(error: Error): void;
}

/** A caller's microphone and ear in a call that is connected. */
export interface Line {
	/** 16 kHz. Resolves when it has been sent. */
	say(pcm: Int16Array): Promise<Spoken>;
	hangUp(): Promise<void>;
}

/** What was said, by when each frame of it was sent. */
export function spokenOf(pcm: Int16Array, sent: readonly number[], frameSamples: number): Spoken {
	const sampleAt = (index: number): number => (sent[Math.floor(index / frameSamples)] ?? Number.NaN) + samplesToMs(index % frameSamples, LISTEN_RATE);
	const last = pcm.findLastIndex(isAudible);
	return { from: sampleAt(pcm.findIndex(isAudible)), to: sampleAt(last) + samplesToMs(1, LISTEN_RATE) };
}
