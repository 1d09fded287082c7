import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';

const holder = z.object({ pid: z.number().int().positive(), token: z.string() });

/**
 * Only one of several n8n processes starts the runtime: whoever makes this file. Its maker's process id is
 * in it, so that the lock of a process that died is taken over.
 */
export class StartLock {
	private constructor(
		private readonly file: string,
		private readonly token: string,
	) {}

	/** undefined while another living process holds the lock. */
	static async take(file: string): Promise<StartLock | undefined> {
		const token = randomUUID();
		if (await create(file, token)) return new StartLock(file, token);
		await breakStale(file);
		return (await create(file, token)) ? new StartLock(file, token) : undefined;
	}

	async release(): Promise<void> {
		if ((await readHolder(this.file))?.token === this.token) await rm(this.file, { force: true });
	}
}

async function create(file: string, token: string): Promise<boolean> {
	// Written aside and linked into place: nobody can see the lock before its holder's id is in it.
	const draft = `${file}.${token}`;
	const handle = await open(draft, 'wx', 0o600);
	await handle.writeFile(JSON.stringify({ pid: process.pid, token }));
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

async function breakStale(file: string): Promise<void> {
	const seen = await readHolder(file);
	if (seen && isAlive(seen.pid)) return;
	const aside = `${file}.${randomUUID()}`;
	const moved = await rename(file, aside).then(
		() => true,
		() => false,
	);
	if (!moved) return;
	// Somebody else may have broken the same lock and made a new one: put that one back.
	const taken = await readHolder(aside);
	if (taken && taken.token !== seen?.token) await link(aside, file).catch(() => undefined);
	await rm(aside, { force: true });
}

async function readHolder(file: string): Promise<z.infer<typeof holder> | undefined> {
	const text = await readFile(file, 'utf8').catch(() => '');
	try {
		return holder.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}

export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives, and belongs to someone else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
