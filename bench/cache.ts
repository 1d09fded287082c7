import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../runtime/lib/package-root';

/** What benches make once and keep. Git does not see it; remove it after changing what makes it. */
const CACHE = path.join(packageRoot(), 'bench', '.output');

/** News while something long is made. Figures go to stdout, this does not. */
export function say(text: string): void {
	void process.stderr.write(`${text}\n`);
}

/** The file or folder of this name; made at `make`'s path if it is not there. A broken-off one is made again. */
export async function cached(name: string, make: (at: string) => Promise<void>): Promise<string> {
	const kept = path.join(CACHE, name);
	if (existsSync(kept)) return kept;
	const startedAt = performance.now();
	say(`making ${path.relative(packageRoot(), kept)} ...`);
	const begun = `${kept}.${process.pid}.part`;
	await mkdir(path.dirname(kept), { recursive: true });
	try {
		await make(begun);
		await rename(begun, kept);
	} finally {
		await rm(begun, { recursive: true, force: true });
	}
	say(`made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
	return kept;
}
