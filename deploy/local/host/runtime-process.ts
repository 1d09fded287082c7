import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { LoggedProcess } from './logged-process.ts';
import { installedPackage } from './user-folder.ts';

/** Where the runtime of a user folder and the nodes of its n8n meet (VOICE_LOOP_STATE). */
export function stateFolder(userFolder: string): string {
	return path.join(userFolder, 'runtime');
}

const ready = z.object({ url: z.string().url() });
const state = z.object({ url: z.string().url(), pid: z.number().int().positive() });

const GRACE_MS = 8_000;

export interface RuntimeProcess {
	readonly url: string;
	readonly pid: number;
	/** Resolves when it has ended, for whatever reason, with how: "exit code 1", "SIGKILL". */
	readonly ended: Promise<string>;
	stop(): Promise<void>;
}

export interface RuntimeSettings {
	/** The Node it runs on. */
	readonly node: string;
	readonly userFolder: string;
	/** One that is started again should have the same: callers' tickets are sealed with it. Else it makes one up. */
	readonly key?: string;
	/** Ends the start. */
	readonly signal?: AbortSignal;
}

/**
 * Starts the voice runtime of the package that is installed in the user folder.
 * @throws when it ends before it is ready, with the end of its log
 */
export async function startRuntime({ node, userFolder, key, signal }: RuntimeSettings): Promise<RuntimeProcess> {
	const script = path.join(installedPackage(userFolder), 'dist', 'runtime', 'cli', 'voice-loop.js');
	const env = { ...(key && { VOICE_LOOP_KEY: key }), ...process.env, VOICE_LOOP_STATE: stateFolder(userFolder) };
	const logFile = path.join(userFolder, 'runtime.log');
	const runtime = new LoggedProcess(node, [script, 'start'], { cwd: userFolder, env, logFile });
	const stop = async (): Promise<void> => await runtime.stop(GRACE_MS);
	const abort = () => void stop();
	signal?.addEventListener('abort', abort);
	try {
		for await (const line of createInterface({ input: runtime.output })) {
			const found = ready.safeParse(parseJson(line));
			if (!found.success) continue;
			return { url: found.data.url, pid: runtime.pid, ended: runtime.ended.then(() => runtime.howEnded), stop };
		}
		signal?.throwIfAborted();
		await runtime.ended;
		throw new Error(`The voice runtime stopped while starting (${runtime.howEnded}). The end of its log:\n${runtime.tail}`);
	} finally {
		signal?.removeEventListener('abort', abort);
	}
}

/** Ends the runtime that the nodes of this user folder started by themselves, if one answers. */
export async function endStrayRuntime(userFolder: string): Promise<void> {
	const text = await readFile(path.join(stateFolder(userFolder), 'runtime.json'), 'utf8').catch(() => '');
	const found = state.safeParse(parseJson(text));
	// A pid alone may be another process's by now; the address says that it is still the runtime.
	if (!found.success || !(await answers(found.data.url))) return;
	for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
		if (!send(found.data.pid, signal)) return;
		const until = Date.now() + GRACE_MS;
		while (Date.now() < until && send(found.data.pid, 0)) await pause(50);
	}
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
	try {
		return process.kill(pid, signal);
	} catch {
		return false;
	}
}

function answers(url: string): Promise<boolean> {
	return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
		() => true,
		() => false,
	);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
