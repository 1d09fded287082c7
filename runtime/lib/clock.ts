/**
 * Milliseconds on a clock that every process of one machine shares.
 *
 * CLOCK_MONOTONIC never jumps and counts from the same instant in all processes of a Linux or macOS
 * machine, so a time taken in media can be subtracted from one taken in the gateway or in n8n.
 */
export type Milliseconds = number;

/** Whoever needs the time takes a clock, so that thirty seconds of dialogue test in a millisecond. */
export interface Clock {
	now(): Milliseconds;
}

export const monotonicClock: Clock = {
	now: () => Number(process.hrtime.bigint() / 1000n) / 1000,
};
