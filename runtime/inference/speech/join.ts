import { FRAME_SAMPLES } from './orpheus/snac/snac-model';
import type { Piece } from './orpheus/sound/way';

/**
 * Samples at the end of a window's kept frames that are left to the next window: two frames to the right are
 * 4096 samples, 661 fewer than a sample depends on. 27 ms less sound in the first piece, nothing later.
 */
export const LEFT_OVER_SAMPLES = 672;

/** 5 ms at 24 kHz: hides that a decoder which adds noise never makes the same sound twice; too short to be heard. */
export const FADE_SAMPLES = 120;

/**
 * Joins the sound of successive windows. Every sample of every frame is given out once, at its place. What a
 * window has after the samples that it gives fades out while the next one's fade in.
 */
export class Join {
	private given = 0;
	/** The first 5 ms after what was given out, as the window before made them; empty at the end of the speech. */
	private before: Float32Array = new Float32Array(0);

	/** `sound`: all frames of the window. */
	push(sound: Float32Array, { from, keepTo, last }: Piece): Float32Array {
		const start = this.given - from * FRAME_SAMPLES;
		const end = (keepTo - from) * FRAME_SAMPLES - (last ? 0 : LEFT_OVER_SAMPLES);
		const kept = sound.slice(start, end);
		for (const [at, before] of this.before.entries()) {
			const share = (at + 0.5) / FADE_SAMPLES;
			kept[at] = (1 - share) * before + share * (kept[at] ?? 0);
		}
		this.before = sound.slice(end, end + FADE_SAMPLES);
		this.given += kept.length;
		return kept;
	}
}

/** Signed 16 bit. A model's sound may reach a little beyond full scale. */
export function toPcm(sound: Float32Array): Int16Array {
	return Int16Array.from(sound, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))));
}
