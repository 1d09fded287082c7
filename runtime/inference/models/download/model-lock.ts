import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import { z } from 'zod';
import { VoiceError } from '../../../contract/errors';

const holder = z.object({ pid: z.number().int().positive(), host: z.string(), token: z.string() });
export type LockHolder = z.infer<typeof holder>;

const BEAT_MS = 2000;
/**
 * A lock that nobody has touched for this long is taken over, even if a process of that number lives: it is another
 * one, or in another container with the same folder, or it hangs.
 */
const STALE_MS = 30_000;

/** Makes one process at a time fetch a model. Its owner touches the file as long as it lives. */
export class ModelLock {
	private lastBeat = Date.now();
	private readonly beat: NodeJS.Timeout;

	private constructor(
		private readonly file: string,
		private readonly token: string,
	) {
		this.beat = setInterval(() => void this.touch().catch(() => undefined), BEAT_MS);
		this.beat.unref();
	}

	/** The lock, or who has it. The file's folder must exist. */
	static async take(file: string): Promise<ModelLock | LockHolder> {
		const token = randomUUID();
		for (;;) {
			if (await create(file, token)) return new ModelLock(file, token);
			const other = await readHolder(file);
			if (other && !(await isStale(file, other))) return other;
			await breakLock(file, other?.token);
		}
	}

	/** Rejects with VOICE_ERR_DOWNLOAD_FAILED when another process took over, because this one stood still for long. */
	async stillOurs(): Promise<void> {
		if (Date.now() - this.lastBeat < BEAT_MS * 3) return;
		await this.touch();
	}

	async release(): Promise<void> {
		clearInterval(this.beat);
		if ((await readHolder(this.file))?.token === this.token) await rm(this.file, { force: true });
	}

	private async touch(): Promise<void> {
		if ((await readHolder(this.file))?.token !== this.token) {
			clearInterval(this.beat);
			throw new VoiceError('VOICE_ERR_DOWNLOAD_FAILED', 'Another process has taken this download over.', {
				remedy: 'Nothing has to be done: it goes on there.',
			});
		}
		const now = new Date();
		await utimes(this.file, now, now);
		this.lastBeat = now.getTime();
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
	const text = await readFile(file, 'utf8').catch(() => '');
	try {
		return holder.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives, and belongs to someone else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
