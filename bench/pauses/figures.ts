import { percentile } from '../report';
import type { Moment } from './moments';
import { type Way, WORK_MS } from './strategies';

export const PAUSES_MS = [100, 200, 300, 500, 800, 1200, 2000, 2500];

export interface Share {
	readonly of: number;
	readonly share: number;
	readonly low: number;
	readonly high: number;
}

export interface WayFigures {
	/** Of the pauses of each length in PAUSES_MS: those that ended the turn. */
	readonly cut: readonly Share[];
	readonly medianMs: number;
	readonly p90Ms: number;
	/** Until the first sound, where the work on it takes WORK_MS. */
	readonly soundMs: number;
	/** A median hides what the slower half waits for. */
	readonly meanSoundMs: number;
}

/** A share with its 95 % interval (Wilson). */
export function shareOf(count: number, of: number): Share {
	const z = 1.96;
	const share = count / of;
	const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
	const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
	return { of, share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** A pause ends the turn if it is longer than the wait; nothing else happens in it. */
export function figuresOf(way: Way, moments: readonly Moment[], level = way.usual): WayFigures {
	const waits = (kind: Moment['kind']): number[] => moments.filter((each) => each.kind === kind).map((moment) => way.waitMs(moment, level));
	const pauses = waits('pause');
	const ends = waits('end');
	const sounds = moments.filter(({ kind }) => kind === 'end').map((moment) => way.soundMs?.(moment, level) ?? way.waitMs(moment, level) + WORK_MS);
	return {
		cut: PAUSES_MS.map((length) => shareOf(pauses.filter((wait) => wait < length).length, pauses.length)),
		medianMs: percentile(ends, 0.5),
		p90Ms: percentile(ends, 0.9),
		soundMs: percentile(sounds, 0.5),
		meanSoundMs: sounds.reduce((sum, each) => sum + each, 0) / sounds.length,
	};
}
