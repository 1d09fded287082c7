import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Big pieces: a sum over gigabytes shall be bound by the disk. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Adds a file's bytes to a hash.
 * @param end bytes to read, the whole file if not given
 * @returns how many were read
 */
export async function addFile(
	hash: Hash,
	file: string,
	options: { readonly end?: number; readonly signal?: AbortSignal; readonly onBytes?: (count: number) => void } = {},
): Promise<number> {
	if (options.end === 0) return 0;
	const stream = createReadStream(file, {
		highWaterMark: PIECE_BYTES,
		...(options.end === undefined ? {} : { end: options.end - 1 }),
		...(options.signal === undefined ? {} : { signal: options.signal }),
	});
	let read = 0;
	for await (const piece of stream as AsyncIterable<Buffer>) {
		hash.update(piece);
		read += piece.length;
		options.onBytes?.(piece.length);
	}
	return read;
}

/** Of a whole file, hex. */
export async function fileSum(file: string, options: Parameters<typeof addFile>[2] = {}, kind: 'sha256' | 'md5' = 'sha256'): Promise<string> {
	const hash = createHash(kind);
	await addFile(hash, file, options);
	return hash.digest('hex');
}
