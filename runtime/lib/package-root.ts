import { existsSync } from 'node:fs';
import path from 'node:path';

/** The package's own folder, from dist/ as well as from the sources: the nearest one with a package.json. */
export function packageRoot(from: string = __dirname): string {
	for (let folder = from; ; folder = path.dirname(folder)) {
		if (existsSync(path.join(folder, 'package.json'))) return folder;
		if (path.dirname(folder) === folder) return from;
	}
}
