import { LEFT_OVER_SAMPLES } from '../../join';
import { SNAC_FRAME_MS } from '../snac/snac-model';
import type { Piece, Progress, Way } from './way';

/**
 * Which frames to decode next. A sample of SNAC's depends on 4757 samples to either side (measured by changing
 * frames), so a window is right only so far from its edges. With 3 frames to the left and 2 to the right, and the
 * last 672 samples of what is kept left to the next window (see join.ts), every sample is what one decode of the
 * whole speech would give. The reference keeps whole frames with 1 and 2 frames around: 23 dB.
 */
export const LEFT = 3;
export const RIGHT = 2;

/** Bigger windows cost less, because their edges are decoded for nothing: 13 frames for 8, 6 for 1. */
const LARGEST = 8;
/** Frames that are decoded at a time at most. */
export const LONGEST_WINDOW = LEFT + LARGEST + RIGHT;

/** Frames that must stay unheard while a window is decoded, or the caller hears a gap. */
const RESERVE = 2;

/** A window must be decoded in this share of the time that its sound lasts, or a speech that is late stays late. */
const KEEPS_UP = 0.75;

/**
 * Frames to keep at least, so that decoding them with their edges is quicker than hearing them. With windows of one frame
 * a core that takes 20 ms a frame makes 85 ms of sound in 120 ms, and never catches up whatever has been written.
 */
export function leastFrames(frameMs: number): number {
	const spare = KEEPS_UP * SNAC_FRAME_MS - frameMs;
	return spare <= 0 ? LARGEST : Math.max(1, Math.min(LARGEST, Math.ceil(((LEFT + RIGHT) * frameMs) / spare)));
}

/**
 * The next window; undefined where it is better to wait for more frames, or where all is done. The first
 * sound needs 3 frames (21 tokens). Windows grow with the sound that is still to be heard: while there is
 * little of it, soon is better than cheap, as far as the decoder keeps up. Being late never makes them smaller than that: a
 * smaller window costs more for each frame that it gives, and what is late would stay late.
 */
function nextWindow({ written, ended, kept, unheard, frameMs }: Progress): Piece | undefined {
	const least = kept === 0 ? 1 : leastFrames(frameMs);
	const wished = Math.max(least, Math.min(LARGEST, Math.floor(unheard) - RESERVE));
	const possible = ended ? written - kept : written - kept - RIGHT;
	const urgent = unheard < wished + RESERVE;
	if (possible <= 0 || (!ended && possible < (urgent ? least : wished))) return undefined;
	const keepTo = kept + Math.min(wished, possible);
	return { from: Math.max(0, kept - LEFT), to: Math.min(written, keepTo + RIGHT), keepTo, last: ended && keepTo === written };
}

/** For a decoder that could not be rewritten to decode run by run, and for a card, on which a run costs much and a frame little. */
export const inWindows: Way = { behind: LEFT_OVER_SAMPLES, next: nextWindow };
