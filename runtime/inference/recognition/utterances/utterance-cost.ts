import type { UtteranceCost } from '../engine';

/** What hearing one utterance took. */
export interface HeardUtterance {
	readonly coreMs: number;
	readonly soundMs: number;
	/** Of its worker. */
	readonly threads: number;
}

/** What people say in a turn. */
const SHORTEST_MS = 1500;
const LONGEST_MS = 10_000;

/** Of a usual utterance, where `cores` may hear at a time; undefined where none was heard. */
export function costOf(seen: readonly HeardUtterance[], cores: number): UtteranceCost | undefined {
	const usual = seen.filter(({ soundMs }) => soundMs >= SHORTEST_MS && soundMs <= LONGEST_MS);
	// Two threads wait for each other, which costs time too: where ends come together, each has one.
	const fewest = Math.min(...usual.map(({ threads }) => threads));
	const ofThose = usual.filter(({ threads }) => threads === fewest).sort((a, b) => a.coreMs - b.coreMs);
	const middle = ofThose[ofThose.length >> 1];
	return middle && { coreMs: middle.coreMs, soundMs: middle.soundMs, cores };
}
