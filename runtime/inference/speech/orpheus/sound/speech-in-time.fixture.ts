import { SNAC_FRAME_MS } from '../snac/snac-model';
import { CODES_PER_FRAME } from '../tokens/frame-assembler';
import { nextWindow, type Window } from './windows';

export interface TimedSpeech {
	readonly frames: number;
	/** A model that writes so fast, without a hold-up. */
	readonly tokensPerSecond: number;
	/** A decoder that takes so long for each frame of a window, ms. */
	readonly frameMs: number;
}

export interface Played {
	readonly windows: readonly Window[];
	/** From the first token to the first sound, ms. */
	readonly firstMs: number;
	/** When the caller had nothing to hear, and for how long, ms from the first sound on. */
	readonly gaps: ReadonlyArray<{ readonly at: number; readonly ms: number }>;
	/** Decoding, ms. */
	readonly workMs: number;
}

/** A speech from its first token to its last sample, in virtual time: one window after another, played as soon as it is there. */
export function playThrough({ frames, tokensPerSecond, frameMs }: TimedSpeech): Played {
	const writtenEachMs = (CODES_PER_FRAME * 1000) / tokensPerSecond;
	const windows: Window[] = [];
	const gaps: Array<{ at: number; ms: number }> = [];
	let now = 0;
	let firstMs: number | undefined;
	let playedOutAt = 0;
	let workMs = 0;
	for (let kept = 0; kept < frames; ) {
		const written = Math.min(frames, Math.floor(now / writtenEachMs + 1e-9));
		const unheard = Math.max(0, playedOutAt - now) / SNAC_FRAME_MS;
		const window = nextWindow({ written, ended: written === frames, kept, unheard, frameMs });
		if (!window) {
			now = (Math.floor(now / writtenEachMs + 1e-9) + 1) * writtenEachMs;
			continue;
		}
		windows.push(window);
		const work = (window.to - window.from) * frameMs;
		now += work;
		workMs += work;
		if (firstMs === undefined) firstMs = now;
		else if (now > playedOutAt) gaps.push({ at: now - firstMs, ms: now - playedOutAt });
		playedOutAt = Math.max(playedOutAt, now) + (window.keepTo - kept) * SNAC_FRAME_MS;
		kept = window.keepTo;
	}
	return { windows, firstMs: firstMs ?? now, gaps, workMs };
}
