import { readFileSync, statSync } from 'node:fs';

/** A group may: it is how containers get their secrets. */
const OTHERS_CAN_READ = 0o004;

/**
 * A JSON file that somebody wrote by hand.
 * @throws what `fail` makes of the reason; it repeats nothing of the file, which may hold a key.
 */
export function readSettingsFile(path: string, fail: (why: string) => Error): unknown {
	let text: string | undefined;
	try {
		// A folder cannot be read, and a pipe might never end.
		if (statSync(path).isFile()) text = readFileSync(path, 'utf8');
	} catch {
		throw fail('it does not exist or cannot be read');
	}
	if (text === undefined) throw fail('it is not a file');
	try {
		return JSON.parse(text);
	} catch (error) {
		// The message quotes the file; only the place is taken from it.
		const place = /position (\d+)/.exec(String(error))?.[1];
		const line = place === undefined ? '' : ` (line ${text.slice(0, Number(place)).split('\n').length})`;
		throw fail(`it is not valid JSON${line}`);
	}
}

/** Whether everybody on this machine can read it. Windows has no such bit. */
export function isOpenToAll(path: string): boolean {
	return process.platform !== 'win32' && (statSync(path).mode & OTHERS_CAN_READ) !== 0;
}
