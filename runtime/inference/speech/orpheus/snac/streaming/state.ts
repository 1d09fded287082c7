import { FRAME_SAMPLES } from '../snac-model';

/** What one layer keeps of its input from one run to the next. Lengths along time. */
export interface StateShape {
	readonly channels: number;
	/** Zeros before the start of a speech. */
	readonly first: number;
	readonly hold: number;
	/** Zeros after its end. */
	readonly right: number;
}

/** Numbers that a speech keeps between its runs. */
export function stateLength(states: readonly StateShape[]): number {
	return states.reduce((sum, { channels, hold }) => sum + channels * hold, 0);
}

/** Frames that a first run needs to give any sound. `lookAhead`: samples of its frames that it does not give yet. */
export function leastFirstRun(lookAhead: number): number {
	return Math.floor(lookAhead / FRAME_SAMPLES) + 1;
}
