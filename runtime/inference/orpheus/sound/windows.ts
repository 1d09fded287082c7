/**
 * Which frames to decode next. A sample of SNAC's depends on 4683 samples to either side (measured by changing
 * them), so a window is right only so far from its edges. With 3 frames to the left and 2 to the right, and the
 * last 640 samples of what is kept left to the next window (see join.ts), every sample is what one decode of the
 * whole speech would give. The reference keeps whole frames with 1 and 2 frames around: 23 dB.
 */
export const LEFT = 3;
export const RIGHT = 2;

/** Bigger windows cost less, because their edges are decoded for nothing: 13 frames for 8, 6 for 1. */
const LARGEST = 8;

/** Frames that must stay unheard while a window is decoded, or the caller hears a gap. */
const RESERVE = 2;

export interface Window {
	/** First and one past the last frame to decode. */
	readonly from: number;
	readonly to: number;
	/** Its sound is kept up to the end of the frame before this one. */
	readonly keepTo: number;
	/** This is the end of the speech. */
	readonly last: boolean;
}

export interface Progress {
	/** Frames that have been written. */
	readonly written: number;
	/** No more will be written. */
	readonly ended: boolean;
	/** Frames kept so far. */
	readonly kept: number;
	/** Frames of sound that the caller has not heard yet. */
	readonly unheard: number;
}

/**
 * The next window; undefined where it is better to wait for more frames, or where all is done. The first
 * sound needs 3 frames (21 tokens). Windows grow with the sound that is still to be heard: while there is
 * little of it, soon is better than cheap.
 */
export function nextWindow({ written, ended, kept, unheard }: Progress): Window | undefined {
	const wished = Math.max(1, Math.min(LARGEST, Math.floor(unheard) - RESERVE));
	const possible = ended ? written - kept : written - kept - RIGHT;
	const urgent = unheard < wished + RESERVE;
	if (possible <= 0 || (possible < wished && !ended && !urgent)) return undefined;
	const keepTo = kept + Math.min(wished, possible);
	return { from: Math.max(0, kept - LEFT), to: Math.min(written, keepTo + RIGHT), keepTo, last: ended && keepTo === written };
}
