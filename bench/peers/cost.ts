import { setTimeout as pause } from 'node:timers/promises';
import { cpuMsOf } from '../../runtime/lib/process-load';
import { family, proportionalBytes } from '../processes';
import { Call, type Side } from './call';

/** What a side uses while calls are on. */
export interface Cost {
	/** Of a processor, for a minute of each call. */
	readonly cpuMs: number;
	/** With all of them. */
	readonly bytes: number;
}

/** Jitter buffers shrink to what the path needs, models are loaded. */
const SETTLE_MS = 2500;

/** As many calls at once, each of which acts. @returns what they cost the side, once they were connected */
export async function calling(side: Side, count: number, act: (call: Call, index: number) => Promise<void>): Promise<Cost> {
	const calls: Call[] = [];
	try {
		// One after the other: nobody is called by four people in the same moment.
		for (let index = 0; index < count; index++) calls.push(await Call.dial(side));
		await pause(SETTLE_MS);
		const before = { at: performance.now(), cpu: cpuOf(side) };
		await Promise.all(calls.map(async (call, index) => await act(call, index)));
		const minutes = (performance.now() - before.at) / 60_000;
		return { cpuMs: cpuMsBetween(before.cpu, cpuOf(side)) / minutes / count, bytes: bytesOf(side) };
	} finally {
		await Promise.all(calls.map(async (call) => await call.hangUp()));
	}
}

/** Processor time by process, ms. */
function cpuOf({ pids }: Side): ReadonlyMap<number, number> {
	return new Map(pids.flatMap(family).map((pid) => [pid, cpuMsOf(pid) ?? 0]));
}

/** What those that are there now have computed since. Those that have ended meanwhile are of calls that were over. */
export function cpuMsBetween(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
	return [...now].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0);
}

function bytesOf({ pids }: Side): number {
	return pids.flatMap(family).reduce((sum, pid) => sum + proportionalBytes(pid), 0);
}
