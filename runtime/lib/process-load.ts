import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessLoad } from '../contract/stats';

/** What this process has used so far. */
export function ownLoad(): ProcessLoad {
	const { user, system } = process.cpuUsage();
	return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
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
