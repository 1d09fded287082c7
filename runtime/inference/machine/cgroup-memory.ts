import path from 'node:path';
import { controlGroups, type ReadText } from './control-groups';

/** cgroup v1 says "no limit" as the greatest number of pages; no machine has an exabyte. */
const NO_LIMIT = 2 ** 60;

function limitIn(text: string): number {
	const bytes = Number(text.trim() || Number.NaN);
	return Number.isFinite(bytes) && bytes > 0 && bytes < NO_LIMIT ? bytes : Number.POSITIVE_INFINITY;
}

/** The smallest memory limit that holds for this process, bytes. Infinity where there is none. */
export const memoryLimit = (read: ReadText): number =>
	Math.min(...controlGroups(read, 'memory').map(({ folder, second }) => limitIn(read(path.join(folder, second ? 'memory.max' : 'memory.limit_in_bytes')))));
