import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import { z } from 'zod';
import { parseJson } from './json';

const holder = z.object({ pid: z.number().int().positive(), host: z.string(), token: z.string() });
export type LockHolder = z.infer<typeof holder>;

const BEAT_MS = 2000;
/**
 * A lock that nobody has touched for this long is taken over, even if a process with that id is alive: the process may
 * be another one, or in another container that shares the folder, or it hangs.
 */
const STALE_MS = 30_000;

/** Lets one process at a time do something. Its owner touches the file for as long as it is alive. */
export class LockFile {
	private lastBeat = Date.now();
	private readonly beat: NodeJS.Timeout;

	private constructor(
		private readonly file: string,
		private readonly token: string,
	) {
		this.beat = setInterval(() => void this.touch().catch(() => undefined), BEAT_MS);
		this.beat.unref();
	}

	/** The lock, or who holds it. The file's folder must exist. */
	static async take(file: string): Promise<LockFile | LockHolder> {
		const token = randomUUID();
		for (;;) {
			if (await create(file, token)) return new LockFile(file, token);
			const other = await readHolder(file);
			if (other && !(await isStale(file, other))) return other;
			await breakLock(file, other?.token);
		}
	}

	/** false once another process has taken over, because this one stood still for too long. Cheap to ask often. */
	async isOurs(): Promise<boolean> {
		return Date.now() - this.lastBeat < BEAT_MS * 3 || (await this.touch());
	}

	async release(): Promise<void> {
		clearInterval(this.beat);
		if (await this.holds()) await rm(this.file, { force: true });
	}

	private async touch(): Promise<boolean> {
		if (!(await this.holds())) {
			clearInterval(this.beat);
			return false;
		}
		const now = new Date();
		await utimes(this.file, now, now);
		this.lastBeat = now.getTime();
		return true;
	}

	private async holds(): Promise<boolean> {
		return (await readHolder(this.file))?.token === this.token;
	}
}

async function create(file: string, token: string): Promise<boolean> {
	// Written aside and linked into place: nobody can see the lock before its holder is in it.
	const draft = `${file}.${token}`;
	const handle = await open(draft, 'wx', 0o600);
	await handle.writeFile(JSON.stringify({ pid: process.pid, host: os.hostname(), token } satisfies LockHolder));
	await handle.close();
	try {
		await link(draft, file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	} finally {
		await rm(draft, { force: true });
	}
}

async function isStale(file: string, { pid, host }: LockHolder): Promise<boolean> {
	if (host === os.hostname() && !isAlive(pid)) return true;
	const touched = await stat(file).then(
		({ mtimeMs }) => mtimeMs,
		() => Date.now(),
	);
	return Date.now() - touched > STALE_MS;
}

/** Removes the lock with that token, or an unreadable one; another that was made meanwhile is put back. */
async function breakLock(file: string, token: string | undefined): Promise<void> {
	const aside = `${file}.${randomUUID()}`;
	const moved = await rename(file, aside).then(
		() => true,
		() => false,
	);
	if (!moved) return;
	const taken = await readHolder(aside);
	if (taken && taken.token !== token) await link(aside, file).catch(() => undefined);
	await rm(aside, { force: true });
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
	return holder.safeParse(parseJson(await readFile(file, 'utf8').catch(() => ''))).data;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it is alive, and belongs to another user.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
