import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';
import { addFile } from '../store/file-sum';

const origin = z.object({
	url: z.string(),
	/** A strong ETag: proof that two ranges are of the same file. */
	etag: z.string().optional(),
	total: z.number().int().positive().optional(),
});
type PartOrigin = z.infer<typeof origin>;

export function partPath(target: string): string {
	return `${target}.part`;
}
function notePath(target: string): string {
	return `${target}.json-part`;
}

/** How much of a file that is being fetched is there: for whoever waits for another process. */
export async function partSize(target: string): Promise<number> {
	return await stat(partPath(target)).then(
		({ size }) => size,
		() => 0,
	);
}

/**
 * The first bytes of a file that is being fetched, with a note of where they come from, so that another process can
 * go on after this one was killed. Their sum is kept while they are written.
 */
export class PartFile {
	/** Nothing in it is older than the last `restart()`. */
	fresh = false;

	private constructor(
		readonly target: string,
		private handle: FileHandle,
		private written: number,
		private hash: Hash,
		private note: PartOrigin | undefined,
	) {}

	/** Takes up what an earlier try has left; its bytes are read for the sum. */
	static async open(target: string, signal: AbortSignal): Promise<PartFile> {
		await mkdir(path.dirname(target), { recursive: true });
		const file = partPath(target);
		const note = await readNote(target);
		const size = note === undefined ? 0 : await partSize(target);
		const hash = createHash('sha256');
		const read = await addFile(hash, file, { end: size, signal });
		const handle = await open(file, size > 0 ? 'r+' : 'w+');
		return new PartFile(target, handle, read, hash, note);
	}

	get size(): number {
		return this.written;
	}

	get origin(): PartOrigin | undefined {
		return this.note;
	}

	/** SHA-256 of what is in it, hex. */
	sum(): string {
		return this.hash.copy().digest('hex');
	}

	async restart(): Promise<void> {
		await this.handle.truncate(0);
		this.written = 0;
		this.hash = createHash('sha256');
		this.fresh = true;
		this.note = undefined;
	}

	/** Before the first byte from an address. */
	async from(note: PartOrigin): Promise<void> {
		this.note = note;
		const draft = `${notePath(this.target)}.${process.pid}`;
		// The address may carry a token.
		await writeFile(draft, JSON.stringify(note), { mode: 0o600 });
		await rename(draft, notePath(this.target));
	}

	async add(piece: Buffer): Promise<void> {
		let done = 0;
		while (done < piece.length) {
			const { bytesWritten } = await this.handle.write(piece, done, piece.length - done, this.written + done);
			done += bytesWritten;
		}
		this.hash.update(piece);
		this.written += piece.length;
	}

	/** The file appears under its name, whole or not at all. */
	async finish(): Promise<void> {
		await this.handle.sync();
		await this.handle.close();
		await rename(partPath(this.target), this.target);
		await rm(notePath(this.target), { force: true });
	}

	/** Keeps what is there for the next time. */
	async leave(): Promise<void> {
		await this.handle.close().catch(() => undefined);
	}
}

async function readNote(target: string): Promise<PartOrigin | undefined> {
	const text = await readFile(notePath(target), 'utf8').catch(() => '');
	return origin.safeParse(parseJson(text)).data;
}
