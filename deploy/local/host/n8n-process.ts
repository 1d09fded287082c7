import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LoggedProcess } from './logged-process.ts';
import type { SetupManifest } from './manifest.ts';
import { type N8nSettings, localHost, n8nEnvironment } from './n8n-environment.ts';

export interface N8nProcess {
	/** Without a slash at its end. */
	readonly url: string;
	readonly pid: number;
	/** Everything n8n writes. */
	readonly logFile: string;
	/** Resolves when it has ended, for whatever reason, with how: "exit code 1", "SIGKILL". */
	readonly ended: Promise<string>;
	/** SIGTERM, and SIGKILL to all that is left after a grace of ten seconds. */
	stop(): Promise<void>;
}

/** A first start migrates the database; on a busy machine that has taken over a minute. */
const READY_WITHIN_MS = 180_000;
const GRACE_MS = 10_000;
/**
 * V8 gives memory back when a process falls quiet, some 10 s after it grew: n8n then stands still twice, for 150 to 400 ms each time, in
 * which a caller waits. Without it n8n keeps the memory that its start needed. NODE_OPTIONS does not take this flag.
 */
const NODE_FLAGS = ['--no-memory-reducer'];

/**
 * Starts n8n and waits until it answers.
 * @param signal ends the wait, and n8n with it
 * @throws when n8n ends before it is ready, or is not ready in time; the message has the end of its log
 */
export async function startN8nProcess(
	manifest: SetupManifest,
	settings: N8nSettings,
	signal?: AbortSignal,
): Promise<N8nProcess> {
	const logFile = path.join(settings.userFolder, 'n8n.log');
	const n8n = path.join(manifest.n8n, 'node_modules', 'n8n', 'bin', 'n8n');
	const env = n8nEnvironment(settings, manifest.node);
	await forgetCrash(settings.userFolder);
	const server = new LoggedProcess(manifest.node, [...NODE_FLAGS, n8n, 'start'], { cwd: settings.userFolder, env, logFile });
	const stop = async (): Promise<void> => await server.stop(GRACE_MS);

	const url = `http://${localHost(env)}:${settings.port}`;
	const deadline = Date.now() + READY_WITHIN_MS;
	while (!(await isReady(url))) {
		signal?.throwIfAborted();
		if (!server.running) throw new Error(`n8n stopped while starting. The end of its log:\n${server.tail}`);
		if (Date.now() > deadline) {
			await stop();
			throw new Error(`n8n was not ready after ${READY_WITHIN_MS / 1000} seconds. The end of its log:\n${server.tail}`);
		}
		await pause(200, undefined, { signal }).catch(() => undefined);
		if (signal?.aborted) await stop();
	}
	return { url, pid: server.pid, logFile, ended: server.ended.then(() => server.howEnded), stop };
}

/**
 * An n8n that was killed waits 10 s before it starts, so as not to crash in circles (`crash-journal.ts` of n8n 1.x and 2.x).
 * The keeper pauses by itself, and callers wait meanwhile.
 */
async function forgetCrash(userFolder: string): Promise<void> {
	await rm(path.join(userFolder, '.n8n', 'crash.journal'), { force: true });
}

/** n8n 1.x says that it is ready before its editor's API is: then that is not found, or is a sentence. */
async function isReady(url: string): Promise<boolean> {
	const answers = ['/healthz/readiness', '/rest/settings'].map(async (path) => {
		const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5000) });
		await response.body?.cancel();
		return response.ok && (response.headers.get('content-type') ?? '').includes('application/json');
	});
	return await Promise.all(answers).then(
		(good) => good.every(Boolean),
		() => false,
	);
}
