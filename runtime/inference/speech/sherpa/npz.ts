import { inflateRawSync } from 'node:zlib';

/** numpy's arrays in an archive (`np.savez`): ZIP, stored or deflated, with one .npy for each. */

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
/** A comment may follow the end of the directory. */
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** No voice's styles are longer; an archive may claim what it likes. */
const MOST_BYTES = 64 * 1024 * 1024;

export interface NumpyArray {
	readonly name: string;
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

/** Thrown for bytes that are no such archive. The message goes on after "it is" or "it holds". */
export class NotNpz extends Error {}

/** In the archive's order. Throws NotNpz. */
export function readNpz(bytes: Buffer): NumpyArray[] {
	return entriesOf(bytes).map(({ name, content }) => readArray(name.replace(/\.npy$/, ''), content));
}

function entriesOf(bytes: Buffer): { readonly name: string; readonly content: Buffer }[] {
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
	if (end < 0 || end < bytes.length - END_BYTES - LONGEST_COMMENT || end + END_BYTES > bytes.length) throw new NotNpz('it is cut off: its end is missing');
	if (bytes.readUInt32LE(end) !== END_OF_DIRECTORY) throw new NotNpz('it is damaged');
	const count = bytes.readUInt16LE(end + 10);
	const found: { name: string; content: Buffer }[] = [];
	try {
		for (let at = bytes.readUInt32LE(end + 16), number = 0; number < count; number++) {
			if (bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new NotNpz('it is damaged: its directory is none');
			const nameLength = bytes.readUInt16LE(at + 28);
			const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
			found.push({ name, content: contentOf(bytes, at) });
			at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
		}
	} catch (error) {
		throw error instanceof NotNpz ? error : new NotNpz('it is damaged: parts of it cannot be read');
	}
	return found;
}

function contentOf(bytes: Buffer, entry: number): Buffer {
	const method = bytes.readUInt16LE(entry + 10);
	const packed = bytes.readUInt32LE(entry + 20);
	const size = bytes.readUInt32LE(entry + 24);
	const header = bytes.readUInt32LE(entry + 42);
	const from = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
	if (size > MOST_BYTES || from + packed > bytes.length) throw new NotNpz('it is damaged: it claims more than it holds');
	const content = bytes.subarray(from, from + packed);
	if (method === STORED) return content;
	if (method !== DEFLATED) throw new NotNpz('it is packed in a way that numpy does not use');
	return inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
}

function readArray(name: string, content: Buffer): NumpyArray {
	if (content.toString('latin1', 0, 6) !== '\x93NUMPY') throw new NotNpz(`it holds ${name.slice(0, 60)}, which is no array of numpy`);
	const long = content.readUInt8(6) >= 2;
	const from = (long ? 12 : 10) + (long ? content.readUInt32LE(8) : content.readUInt16LE(8));
	const header = content.toString('latin1', 0, from);
	const kind = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'no kind';
	if (kind !== '<f4' || /'fortran_order':\s*True/.test(header)) throw new NotNpz(`it holds ${name.slice(0, 60)} as ${kind.slice(0, 10)}, not as float32 row by row`);
	const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : Number(each)));
	const count = shape.reduce((product, each) => product * each, 1);
	if (count * 4 !== content.length - from) throw new NotNpz(`it is damaged: ${name.slice(0, 60)} has not as many numbers as its shape says`);
	// Copied: what is not on a multiple of four bytes cannot be viewed as numbers.
	return { name, shape, data: new Float32Array(Uint8Array.from(content.subarray(from)).buffer) };
}
