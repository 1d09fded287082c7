import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessLoad } from '../contract/stats';

/** What this process has used so far. */
export function ownLoad(): ProcessLoad {
	const { user, system } = process.cpuUsage();
	return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}

/** Of the clock that /proc counts in; Linux has had no other for twenty years. */
const TICK_MS = 10;

/** What another process has computed so far, ms; undefined where the system does not say (Linux does). */
export function cpuMsOf(pid: number): number | undefined {
	try {
		// Its name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
		return user === undefined || system === undefined ? undefined : (user + system) * TICK_MS;
	} catch {
		return undefined;
	}
}

const RESOLUTION_MS = 10;

/** How busy this process is. */
export class BusyMeter {
	private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

	constructor() {
		this.delay.enable();
	}

	/** `loopDelayMs`: p99 since the last asking, `cpuMs`: since the process started. */
	read(): { loopDelayMs: number; rssBytes: number; cpuMs: number } {
		// The histogram holds the whole time between two of its own timers.
		const p99 = this.delay.percentile(99) / 1e6 - RESOLUTION_MS;
		this.delay.reset();
		return { loopDelayMs: Math.max(p99, 0), ...ownLoad() };
	}
}
