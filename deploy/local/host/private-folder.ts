import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const OTHERS = 0o077;

/**
 * Makes a folder that only its owner can enter, from its first moment on. One that is there already, and that is
 * ours, is closed to others: what programs write into it (n8n its database, say) has modes of its own.
 * @param ours names, any of which shows that the folder was made for us. A folder into which others can look and
 *   that holds something else may be anybody's (`/tmp`, a home): it is left as it is, and refused.
 */
export async function ensurePrivateFolder(folder: string, ours: readonly string[]): Promise<void> {
	await mkdir(path.dirname(folder), { recursive: true });
	await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EEXIST') throw error;
	});
	// Through a link to another disk, too.
	const found = await stat(folder);
	if (!found.isDirectory()) throw refused(folder, 'it is not a folder');
	if (process.getuid === undefined) return;
	if (found.uid !== process.getuid()) throw refused(folder, 'it belongs to another user of this machine');
	if ((found.mode & OTHERS) === 0) return;
	const names = await readdir(folder);
	if (names.length > 0 && !names.some((name) => ours.includes(name))) {
		throw refused(folder, 'other users of this machine can look into it, and it holds files that are not ours');
	}
	await chmod(folder, 0o700);
}

function refused(folder: string, why: string): Error {
	return new Error(`n8n's database and keys cannot be kept in ${folder}: ${why}. Set VOICE_LOOP_HOME to a folder of its own.`);
}
