import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledRuntime } from './start-worker';

const BEAT_MS = 20;

export interface Watchdog {
	/** A step begins: its main thread may be busy with it for so long, of the clock and of its own time. */
	step(blockedMs: number): void;
}

/**
 * Ends this process, whatever its main thread does, when that thread is busy with one step for too long (SIGKILL) or the
 * process holds too much memory (SIGTERM). For throw-away processes that run what strangers wrote: nobody has to watch
 * them, and none outlives whoever started it.
 */
export function watchThisProcess(memoryBytes: number, blockedMs: number): Watchdog {
	const shared = new Int32Array(new SharedArrayBuffer(8));
	const beat = (): void => void Atomics.add(shared, 0, 1);
	Atomics.store(shared, 1, blockedMs);
	setInterval(beat, BEAT_MS).unref();
	const worker = new Worker(path.join(compiledRuntime(), 'inference/workers/watchdog-worker.js'), { workerData: { shared, memoryBytes } });
	worker.unref();
	return {
		step: (ms) => {
			Atomics.store(shared, 1, ms);
			beat();
		},
	};
}

/** What ended a process that is watched: follows "it". */
export function watchdogReason(memoryBytes: number, signal: NodeJS.Signals | null, code: number | null): string {
	if (signal === 'SIGKILL') return 'takes too long';
	if (signal === 'SIGTERM') return `needs more than ${Math.round(memoryBytes / 1024 ** 2)} MB of memory`;
	return `ended the process that tried it (${signal ?? `exit code ${code}`})`;
}
