import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type RuntimeState, runtimeState } from '../contract/control';
import { parseJson } from '../lib/json';

/**
 * Says to nodes on this machine where the runtime is. Written whole or not at all (rename), and only its
 * owner can read it: the key in it opens everything.
 */
export async function writeStateFile(file: string, state: RuntimeState): Promise<void> {
	await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
	await chmod(path.dirname(file), 0o700);
	const draft = `${file}.${process.pid}`;
	await writeFile(draft, JSON.stringify(state, null, '\t'), { mode: 0o600 });
	await rename(draft, file);
}

/** Removes the file if it is still ours: a successor may have written its own. */
export async function removeStateFile(file: string): Promise<void> {
	const text = await readFile(file, 'utf8').catch(() => '');
	const parsed = runtimeState.safeParse(parseJson(text));
	if (parsed.success && parsed.data.pid === process.pid) await rm(file, { force: true });
}
