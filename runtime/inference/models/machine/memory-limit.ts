import path from 'node:path';

/** Reads a small file; '' where it is not there. */
export type ReadText = (file: string) => string;

const ROOT = '/sys/fs/cgroup';

/** cgroup v1 says "no limit" as the greatest number of pages; no machine has an exabyte. */
const NO_LIMIT = 2 ** 60;

function limitIn(text: string): number {
	const bytes = Number(text.trim() || Number.NaN);
	return Number.isFinite(bytes) && bytes > 0 && bytes < NO_LIMIT ? bytes : Number.POSITIVE_INFINITY;
}

/**
 * The smallest memory limit that holds for this process: its own control group's and those of all groups above,
 * cgroup v2 ("0::/a/b" in /proc/self/cgroup) and v1 ("5:memory:/a/b"). Inside a container the path may not exist
 * below the mounted root; then the root is the container's own group. Infinity where there is none.
 */
export function memoryLimit(read: ReadText): number {
	let least = Number.POSITIVE_INFINITY;
	for (const line of read('/proc/self/cgroup').split('\n')) {
		const [id, controllers = '', group = ''] = line.split(':');
		const second = id === '0' && controllers === '';
		if (!second && !controllers.split(',').includes('memory')) continue;
		const root = second ? ROOT : path.join(ROOT, 'memory');
		const file = second ? 'memory.max' : 'memory.limit_in_bytes';
		for (let place = path.join('/', group.trim()); ; place = path.dirname(place)) {
			least = Math.min(least, limitIn(read(path.join(root, place, file))));
			if (place === '/') break;
		}
	}
	return least;
}
