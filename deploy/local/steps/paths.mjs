import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Where what takes minutes to install is kept, outside the clone: a second clone needs no second copy. */
export const cache =
	process.env.VOICE_LOOP_CACHE ||
	path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'voice-loop');

/** What belongs to this clone only; goes away with its node_modules. */
export const cloneCache = path.join(root, 'node_modules', '.cache', 'voice-loop');

/** What the set-up leaves behind for `npm start` and the tests: see deploy/local/host/manifest.ts. */
export const manifestFile = path.join(cloneCache, 'setup.json');

/** A short name that changes whenever any of the given texts does. */
export function keyOf(...texts) {
	const hash = createHash('sha256');
	for (const text of texts) hash.update(text).update('\0');
	return hash.digest('hex').slice(0, 16);
}
