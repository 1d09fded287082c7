import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Pipe } from '../../rpc/protocol';
import { pipeToWorker } from '../../rpc/pipes';

export interface StartedWorker {
	readonly pipe: Pipe;
	/** Resolves when its thread is gone, with what killed it if it did not end by itself. */
	readonly ended: Promise<Error | undefined>;
}

/**
 * Starts a worker thread, because running a graph blocks the thread it runs on. `file` is its compiled
 * program, below runtime/. Never terminate() it: during a run that aborts the whole process. Ask it to end.
 */
export function startWorker(file: string): StartedWorker {
	const worker = new Worker(path.join(compiledRuntime(), file), { name: file });
	let reason: Error | undefined;
	worker.on('error', (thrown: unknown) => {
		reason = thrown instanceof Error ? thrown : new Error(String(thrown));
	});
	return {
		pipe: pipeToWorker(worker),
		ended: new Promise((resolve) => worker.once('exit', () => resolve(reason))),
	};
}

/** Workers and processes run compiled code only: under jest, where this file is TypeScript, that of dist/ (`npm run build`). */
export function compiledRuntime(): string {
	const runtime = path.resolve(__dirname, '../..');
	return path.extname(__filename) === '.ts' ? path.resolve(runtime, '../dist/runtime') : runtime;
}
