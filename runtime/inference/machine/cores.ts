import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { controlGroups, type ReadText } from './control-groups';

/** Below this a token's work is so short that waking a second thread costs more than it saves. */
const TINY_MODEL_BYTES = 64 * 1024 * 1024;
/** More threads than this wait for memory, not for each other's sums. */
const MOST_THREADS = 16;

/** Cores that a container's quota allows: from cgroup v2's `cpu.max` ("150000 100000", "max 100000"). */
export function quotaOf(cpuMax: string): number {
	const [quota, period] = cpuMax.trim().split(/\s+/).map(Number);
	return quota && period && quota > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

/** The smallest quota of this process's control groups: one of a group above holds too. */
export function cpuQuota(read: ReadText): number {
	const quotas = controlGroups(read, 'cpu').map(({ folder, second }) => {
		const file = (name: string): string => read(path.join(folder, name));
		return quotaOf(second ? file('cpu.max') : `${file('cpu.cfs_quota_us')} ${file('cpu.cfs_period_us')}`);
	});
	return Math.min(...quotas);
}

function readText(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

/** Cores this process may really use: those of its affinity (availableParallelism), within its quota. */
export function usableCores(): number {
	return Math.max(1, Math.floor(Math.min(os.availableParallelism(), cpuQuota(readText))));
}

/**
 * Threads for one model. llama.cpp's threads spin while they wait for each other, so one thread more than
 * there are free cores makes it up to a thousand times slower (4 threads on 2 cores: 2.4 tokens a second
 * in place of 3400). One core is left to media and the gateway. A model that is wholly on a GPU leaves the processor
 * nothing to multiply.
 */
export function threadsFor(modelBytes: number, cores: number, onGpu = false): number {
	if (onGpu || modelBytes < TINY_MODEL_BYTES) return 1;
	return Math.min(Math.max(1, cores - 1), MOST_THREADS);
}
