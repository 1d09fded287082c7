import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Below this a token's work is so short that waking a second thread costs more than it saves. */
const TINY_MODEL_BYTES = 64 * 1024 * 1024;
/** More threads than this wait for memory, not for each other's sums. */
const MOST_THREADS = 16;

/** Cores that a container's quota allows: from cgroup v2's `cpu.max` ("150000 100000", "max 100000"). */
export function quotaOf(cpuMax: string): number {
	const [quota, period] = cpuMax.trim().split(/\s+/).map(Number);
	return quota && period && quota > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function readQuota(): number {
	const read = (file: string): string => {
		try {
			return readFileSync(file, 'utf8');
		} catch {
			return '';
		}
	};
	const second = read('/sys/fs/cgroup/cpu.max');
	if (second !== '') return quotaOf(second);
	return quotaOf(`${read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')} ${read('/sys/fs/cgroup/cpu/cpu.cfs_period_us')}`);
}

/** Cores this process may really use. */
export const usableCores = (): number => Math.max(1, Math.floor(Math.min(os.availableParallelism(), readQuota())));

/**
 * Threads for one model. llama.cpp's threads spin while they wait for each other, so one thread more than
 * there are free cores makes it up to a thousand times slower (4 threads on 2 cores: 2.4 tokens a second
 * in place of 3400). One core is left to media and the gateway.
 */
export function threadsFor(modelBytes: number, cores: number): number {
	if (modelBytes < TINY_MODEL_BYTES) return 1;
	return Math.min(Math.max(1, cores - 1), MOST_THREADS);
}
