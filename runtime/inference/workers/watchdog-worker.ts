import { threadId, workerData } from 'node:worker_threads';
import { z } from 'zod';

/** What watchdog.ts hands over. */
const watch = z.object({ shared: z.instanceof(Int32Array), memoryBytes: z.number() });

const LOOK_EVERY_MS = 20;

function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** Signals, because nothing else ends a process whose main thread is busy. The parent reads from them what it was. */
function look({ shared, memoryBytes }: z.infer<typeof watch>): () => void {
	let beat = -1;
	let since = { at: 0, cpu: 0 };
	return () => {
		const now = { at: performance.now(), cpu: cpuMs() };
		const current = Atomics.load(shared, 0);
		const blockedMs = Atomics.load(shared, 1);
		if (current !== beat) {
			beat = current;
			since = now;
		}
		// Of its own time as well: on a machine that is busy with other things it may just not have had its turn.
		if (now.at - since.at > blockedMs && now.cpu - since.cpu > blockedMs) process.kill(process.pid, 'SIGKILL');
		if (process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, 'SIGTERM');
	};
}

// This file is a program of its own; imported it does nothing.
if (threadId !== 0) setInterval(look(watch.parse(workerData)), LOOK_EVERY_MS);
