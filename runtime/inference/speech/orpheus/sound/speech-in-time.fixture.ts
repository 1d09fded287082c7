import { msToSamples, samplesToMs } from '../../../../audio/pcm';
import { FRAME_SAMPLES, SNAC_FRAME_MS, SNAC_RATE } from '../snac/snac-model';
import { CODES_PER_FRAME } from '../tokens/frame-assembler';
import { Hold } from './hold';
import { lateness } from './in-time';
import type { Piece, Way } from './way';

export interface TimedSpeech {
	readonly way: Way;
	readonly frames: number;
	/** A model that writes so fast, without a hold-up. */
	readonly tokensPerSecond: number;
	/** A decoder that takes so long for each frame of a piece, ms. */
	readonly frameMs: number;
	/** Noise at its beginning that is not played, ms. */
	readonly noiseMs?: number;
	/** Lets the first sound go as soon as it is there. */
	readonly hasty?: boolean;
}

export interface Played {
	readonly pieces: readonly Piece[];
	/** From the first token to the first sound, ms. */
	readonly firstMs: number;
	/** When the caller had nothing to hear, and for how long, ms from the first sound on. */
	readonly gaps: ReadonlyArray<{ readonly at: number; readonly ms: number }>;
	/** Decoding, ms. */
	readonly workMs: number;
	/** All sound that was played. */
	readonly soundMs: number;
}

/** A speech from its first token to its last sample, in virtual time: one piece after another, as OrpheusVoice does it. */
export function playThrough({ way, frames, tokensPerSecond, frameMs, noiseMs = 0, hasty = false }: TimedSpeech): Played {
	const writtenMs = (CODES_PER_FRAME * 1000) / tokensPerSecond;
	const pieces: Piece[] = [];
	const gaps: Array<{ at: number; ms: number }> = [];
	let now = 0;
	const hold = new Hold({ now: () => now });
	let firstMs: number | undefined;
	let playedOutAt = 0;
	let workMs = 0;
	let soundMs = 0;
	let noise = msToSamples(noiseMs, SNAC_RATE);
	const play = (pcm: readonly Int16Array[]): void => {
		for (const { length } of pcm) {
			if (firstMs === undefined) firstMs = now;
			// Not what rounding makes of none.
			else if (now > playedOutAt + 1e-6) gaps.push({ at: now - firstMs, ms: now - playedOutAt });
			const ms = samplesToMs(length, SNAC_RATE);
			playedOutAt = Math.max(playedOutAt, now) + ms;
			soundMs += ms;
		}
	};
	for (let kept = 0, last = false; !last; ) {
		const written = Math.min(frames, Math.floor(now / writtenMs + 1e-9));
		const ended = written === frames;
		const piece = way.next({ written, ended, kept, unheard: Math.max(0, playedOutAt - now) / SNAC_FRAME_MS, frameMs });
		if (!piece) {
			now = (Math.floor(now / writtenMs + 1e-9) + 1) * writtenMs;
			continue;
		}
		pieces.push(piece);
		const work = (piece.to - piece.from) * frameMs;
		now += work;
		workMs += work;
		const before = kept === 0 ? 0 : kept * FRAME_SAMPLES - way.behind;
		const samples = piece.keepTo * FRAME_SAMPLES - (piece.last ? 0 : way.behind) - before;
		({ keepTo: kept, last } = piece);
		const pcm = new Int16Array(Math.max(0, samples - noise));
		noise = Math.max(0, noise - samples);
		const by = Math.min(frames, Math.floor(now / writtenMs + 1e-9));
		const late = (held: number): number =>
			hasty ? 0 : lateness(way, { written: by, ended: by === frames, kept, heldMs: samplesToMs(held, SNAC_RATE), frameMs, writtenMs, sinceMs: now - by * writtenMs, speed: 1 });
		play(hold.push(pcm, late));
	}
	play(hold.end());
	return { pieces, firstMs: firstMs ?? now, gaps, workMs, soundMs };
}
