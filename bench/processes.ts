import { readdirSync, readFileSync } from 'node:fs';
import { cpuMsOf } from '../runtime/lib/process-load';

/** A process and all that it started, each once. One that ends meanwhile is left out. */
export function family(pid: number): number[] {
	try {
		const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').map(Number).filter((child) => child > 0));
		return [pid, ...children.flatMap(family)];
	} catch {
		return [];
	}
}

/** Processor time of these, ms. One that is gone counts nothing. */
export function cpuMsOfAll(pids: readonly number[]): number {
	return pids.reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), 0);
}

/** Memory of a process, what it shares with others by its share, bytes. One that is gone has none. */
export function proportionalBytes(pid: number): number {
	try {
		return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}
