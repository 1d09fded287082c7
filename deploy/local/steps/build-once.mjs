import { existsSync, linkSync, readFileSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

// A lock of its own, not runtime/lib/lock-file.ts: this runs before anything is installed or compiled, on any Node.

/** A holder touches its lock this often; one that has not been touched for `staleAfter` lost its holder. */
const heartbeat = 5_000;
const staleAfter = 30_000;

const held = new Map();

function alive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

function holderOf(lock) {
	try {
		const pid = Number(readFileSync(lock, 'utf8'));
		const fresh = Date.now() - statSync(lock).mtimeMs < staleAfter;
		return fresh && alive(pid) ? pid : undefined;
	} catch {
		return undefined;
	}
}

/** A hard link to a finished file: whoever sees the lock also sees the pid in it. */
async function take(lock) {
	const own = `${lock}.${process.pid}`;
	await writeFile(own, String(process.pid));
	try {
		linkSync(own, lock);
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
		return false;
	} finally {
		await unlink(own);
	}
}

async function removeLeftovers(target) {
	const folder = path.dirname(target);
	const prefix = `${path.basename(target)}.tmp-`;
	for (const name of readdirSync(folder)) {
		if (!name.startsWith(prefix) || alive(Number(name.slice(prefix.length)))) continue;
		await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
	}
}

/**
 * Makes `target` a folder that is either whole or not there: `build` fills a folder beside it, which
 * is renamed when it is done. Two that want the same folder: the second waits for the first.
 * @param {string} target the folder
 * @param {(folder: string) => Promise<void>} build fills the folder it is given
 * @param {(pid: number) => void} waiting told once, when another process is at it
 */
export async function buildOnce(target, build, waiting = () => undefined) {
	if (existsSync(target)) return;
	await mkdir(path.dirname(target), { recursive: true });
	const lock = `${target}.lock`;
	let told = false;
	while (!(await take(lock))) {
		const pid = holderOf(lock);
		if (pid === undefined) {
			await rm(lock, { force: true });
			continue;
		}
		if (!told) waiting(pid);
		told = true;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	const folder = `${target}.tmp-${process.pid}`;
	const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), heartbeat);
	held.set(lock, folder);
	try {
		if (existsSync(target)) return;
		await removeLeftovers(target);
		await mkdir(folder);
		await build(folder);
		await rename(folder, target);
	} finally {
		clearInterval(beat);
		await release(lock, folder);
	}
}

async function release(lock, folder) {
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	await rm(lock, { force: true });
	held.delete(lock);
}

/** For an interrupted set-up: takes away the half-built folders and the locks. */
export async function releaseAll() {
	await Promise.all([...held].map(([lock, folder]) => release(lock, folder)));
}
