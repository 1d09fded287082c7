import { lstat, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type RuntimeState, runtimeState } from '../contract/control';
import { VoiceError } from '../contract/errors';
import { parseJson } from '../lib/json';

/** A state file has a few hundred bytes; nobody can make us read more. */
const MAX_BYTES = 16 * 1024;

/** The folder in which a runtime and the nodes of one user on one machine meet. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
	if (env.VOICE_LOOP_STATE) return path.resolve(env.VOICE_LOOP_STATE);
	if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, 'voice-loop');
	return path.join(os.tmpdir(), `voice-loop-${process.getuid?.() ?? os.userInfo().username}`);
}

export function stateFilePath(env: NodeJS.ProcessEnv): string {
	return path.join(stateFolder(env), 'runtime.json');
}

/**
 * The running runtime's address and key; undefined where there is no (readable) state file.
 *
 * The temporary folder is open to everybody, so a file or folder that another user made, or can change,
 * is refused: whoever writes it could listen to every call.
 * @throws VOICE_ERR_RUNTIME_UNREACHABLE when the file or its folder is not ours alone.
 */
export async function readStateFile(file: string): Promise<RuntimeState | undefined> {
	if (!(await isPrivate(path.dirname(file), 'directory')) || !(await isPrivate(file, 'file'))) return undefined;
	const handle = await open(file, 'r');
	try {
		const buffer = Buffer.alloc(MAX_BYTES);
		const { bytesRead } = await handle.read(buffer, 0, MAX_BYTES, 0);
		return runtimeState.safeParse(parseJson(buffer.toString('utf8', 0, bytesRead))).data;
	} finally {
		await handle.close();
	}
}

async function isPrivate(place: string, kind: 'file' | 'directory'): Promise<boolean> {
	const found = await lstat(place).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
		throw refused(place, error.message);
	});
	if (!found) return false;
	if (kind === 'file' ? !found.isFile() : !found.isDirectory()) throw refused(place, `it is not a ${kind}`);
	if (process.getuid === undefined) return true;
	if (found.uid !== process.getuid()) throw refused(place, 'it belongs to another user');
	if ((found.mode & 0o077) !== 0) throw refused(place, 'other users have access to it');
	return true;
}

function refused(place: string, why: string): VoiceError {
	return new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `${place}, which says where the voice runtime is, cannot be trusted: ${why}.`, {
		remedy: 'Delete it and restart the runtime, or set VOICE_LOOP_STATE to a folder that only you have access to.',
	});
}
