import { chmod, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type RuntimeState, runtimeState } from '../contract/control';
import { VoiceError } from '../contract/errors';
import { parseJson } from '../lib/json';

/** What a runtime, and nodes that start one, leave in the folder. */
const OURS = /^(runtime\.(json|log)|starting\.lock|(spent-tokens|calls)\.sqlite)/;

/**
 * Says to nodes on this machine where the runtime is. Written whole or not at all (rename), and only its
 * owner can read it: the key in it opens everything.
 * @throws VOICE_ERR_BAD_REQUEST when the folder is open to others and holds other things: it may be anybody's
 */
export async function writeStateFile(file: string, state: RuntimeState): Promise<void> {
	await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
	await closeToOthers(path.dirname(file));
	const draft = `${file}.${process.pid}`;
	await writeFile(draft, JSON.stringify(state, null, '\t'), { mode: 0o600 });
	await rename(draft, file);
}

async function closeToOthers(folder: string): Promise<void> {
	if (((await stat(folder)).mode & 0o077) === 0) return;
	if ((await readdir(folder)).some((name) => !OURS.test(name))) {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `${folder} cannot be the folder of the state file: other users have access to it, and it contains other files.`, {
			remedy: 'Set VOICE_LOOP_STATE to a folder of its own.',
		});
	}
	await chmod(folder, 0o700);
}

/** Removes the file if it is still ours: a successor may have written its own. */
export async function removeStateFile(file: string): Promise<void> {
	const text = await readFile(file, 'utf8').catch(() => '');
	const parsed = runtimeState.safeParse(parseJson(text));
	if (parsed.success && parsed.data.pid === process.pid) await rm(file, { force: true });
}
