import type { ProcessLoad } from '../contract/stats';

/** What this process has used so far. */
export function ownLoad(): ProcessLoad {
	const { user, system } = process.cpuUsage();
	return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}
