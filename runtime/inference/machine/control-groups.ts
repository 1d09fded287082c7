import path from 'node:path';

/** Reads a small file; '' where it is not there. */
export type ReadText = (file: string) => string;

const ROOT = '/sys/fs/cgroup';

interface ControlGroup {
	readonly folder: string;
	/** cgroup v2; else v1, whose files have other names. */
	readonly second: boolean;
}

/**
 * This process's own control group for `controller` and all groups above it, each of which may limit it:
 * cgroup v2 ("0::/a/b" in /proc/self/cgroup) and v1 ("5:cpu,cpuacct:/a/b"). Inside a container the path may not
 * exist below the mounted root; then the root is the container's own group.
 */
export function controlGroups(read: ReadText, controller: string): ControlGroup[] {
	const groups: ControlGroup[] = [];
	for (const line of read('/proc/self/cgroup').split('\n')) {
		const [id, controllers = '', group = ''] = line.split(':');
		const second = id === '0' && controllers === '';
		if (!second && !controllers.split(',').includes(controller)) continue;
		const root = second ? ROOT : path.join(ROOT, controller);
		for (let place = path.join('/', group.trim()); ; place = path.dirname(place)) {
			groups.push({ folder: path.join(root, place), second });
			if (place === '/') break;
		}
	}
	return groups;
}

/** cgroup v1 says "no limit" as the greatest number of pages; no machine has an exabyte. */
const NO_LIMIT = 2 ** 60;

function limitIn(text: string): number {
	const bytes = Number(text.trim() || Number.NaN);
	return Number.isFinite(bytes) && bytes > 0 && bytes < NO_LIMIT ? bytes : Number.POSITIVE_INFINITY;
}

/** The smallest memory limit that holds for this process, bytes. Infinity where there is none. */
export function memoryLimit(read: ReadText): number {
	return Math.min(...controlGroups(read, 'memory').map(({ folder, second }) => limitIn(read(path.join(folder, second ? 'memory.max' : 'memory.limit_in_bytes')))));
}
