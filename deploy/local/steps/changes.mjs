import { readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cloneCache, keyOf, root } from './paths.mjs';

function* filesIn(place, wanted) {
	const stat = statSync(place, { throwIfNoEntry: false });
	if (!stat) return;
	if (!stat.isDirectory()) {
		if (wanted(place)) yield `${path.relative(root, place)} ${stat.size} ${stat.mtimeMs}`;
		return;
	}
	for (const name of readdirSync(place).sort()) yield* filesIn(path.join(place, name), wanted);
}

/** Changes when a file under one of the places (relative to the clone) is added, removed or written. */
export function stateOf(places, wanted = () => true) {
	return keyOf(...places.flatMap((place) => [place, ...filesIn(path.join(root, place), wanted)]));
}

const stamp = (name) => path.join(cloneCache, `${name}.key`);

export const lastState = (name) => readFile(stamp(name), 'utf8').catch(() => undefined);

export const forgetState = (name) => rm(stamp(name), { force: true });

export async function rememberState(name, key) {
	await mkdir(cloneCache, { recursive: true });
	await writeFile(stamp(name), key);
}
