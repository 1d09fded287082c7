import { samplesToMs } from '../../../../audio/pcm';
import { FRAME_SAMPLES, SNAC_RATE } from '../snac/snac-model';
import type { Way } from './way';

/** A speech at one moment, before its first sound is let go. */
export interface Moment {
	readonly written: number;
	readonly ended: boolean;
	readonly kept: number;
	/** Sound that can be let go, ms. */
	readonly heldMs: number;
	/** How long a frame takes to be decoded, and to be written. */
	readonly frameMs: number;
	readonly writtenMs: number;
	/** How long ago the latest frame was written. */
	readonly sinceMs: number;
	/** At 1.5 a frame is heard in two thirds of its time. */
	readonly speed: number;
}

/** Frames reckoned ahead: by then a speech is as far ahead as it will be. */
const HORIZON_FRAMES = 30;

const LEAST_WRITTEN_MS = 1;

/**
 * How late the latest sound of the next seconds would be if what is held were let go now, ms; 0 or less if none were. Reckoned in
 * virtual time: frames are written and decoded as fast as they have been so far, one piece after another.
 */
export function lateness(way: Way, moment: Moment): number {
	const { written, ended, heldMs, frameMs, sinceMs, speed } = moment;
	// Of frames that came in one moment nothing can be said but that there is no waiting for them.
	const writtenMs = Math.max(LEAST_WRITTEN_MS, moment.writtenMs);
	const frameHeardMs = samplesToMs(FRAME_SAMPLES, SNAC_RATE) / speed;
	const behindMs = samplesToMs(way.behind, SNAC_RATE) / speed;
	const nextAt = Math.max(0, writtenMs - sinceMs);
	const writtenBy = (now: number): number => (ended || now < nextAt ? written : written + 1 + Math.floor((now - nextAt) / writtenMs));
	let { kept } = moment;
	let now = 0;
	let playedOutAt = heldMs;
	let latest = Number.NEGATIVE_INFINITY;
	while (kept < moment.kept + HORIZON_FRAMES) {
		const piece = way.next({ written: writtenBy(now), ended, kept, unheard: Math.max(0, playedOutAt - now) / frameHeardMs, frameMs });
		if (!piece) {
			if (ended) break;
			// A little more than the very moment, which rounding may miss.
			now = nextAt + (writtenBy(now) - written) * writtenMs + 1e-6;
			continue;
		}
		now += (piece.to - piece.from) * frameMs;
		const before = kept === 0 ? 0 : kept * frameHeardMs - behindMs;
		const after = piece.keepTo * frameHeardMs - (piece.last ? 0 : behindMs);
		latest = Math.max(latest, now - playedOutAt);
		playedOutAt += Math.max(0, after - before);
		kept = piece.keepTo;
		if (piece.last) break;
	}
	return latest;
}
