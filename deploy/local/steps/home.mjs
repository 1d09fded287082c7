import { chmod, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { root } from './paths.mjs';

const home = path.join(root, '.voice-loop');

/**
 * `.voice-loop`, where `npm start` keeps n8n's database and keys: closed to other users of the machine before
 * anything is in it, and closed now where an older set-up left it open.
 */
export async function ensureHome() {
	await mkdir(home, { mode: 0o700 }).catch((error) => {
		if (error.code !== 'EEXIST') throw error;
	});
	const found = await stat(home);
	if (found.isDirectory() && found.uid === process.getuid?.()) await chmod(home, 0o700);
}
