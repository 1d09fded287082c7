import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** package.json stands above dist/runtime/gateway in a package, and above runtime/gateway in a checkout. */
function read(): string {
	for (const up of ['../../../package.json', '../../package.json']) {
		try {
			const text = readFileSync(path.resolve(__dirname, up), 'utf8');
			return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
		} catch {
			continue;
		}
	}
	return '0.0.0';
}

export const version = read();
