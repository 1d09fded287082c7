import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The package's own folder, from dist/ as well as from the sources: the nearest one with a package.json. */
export function packageRoot(from: string = __dirname): string {
	for (let folder = from; ; folder = path.dirname(folder)) {
		if (existsSync(path.join(folder, 'package.json'))) return folder;
		if (path.dirname(folder) === folder) return from;
	}
}

function readVersion(): string {
	try {
		const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
		return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
	} catch {
		return '0.0.0';
	}
}

/** The package's version, as its package.json has it. */
export const version = readVersion();
