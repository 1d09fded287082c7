import { type FileHandle, open } from 'node:fs/promises';
import { NotProtobuf, protobufFields } from './protobuf';

/** Field numbers of ONNX's ModelProto and StringStringEntryProto. */
const METADATA_PROPS = 14;
const GRAPH = 7;
const GRAPH_INPUT = 11;
const KEY = 1;
const VALUE = 2;

const LENGTH_DELIMITED = 2;
const VARINT_BYTES = 10;
/** Longer entries are none that we look for. */
const MOST_BYTES = 1024 * 1024;
/** A model has a dozen fields and some entries: more is no model, and reading it would take for ever. */
const MOST_FIELDS = 1000;
/** Nodes and weights: large models have some thousands. */
const MOST_GRAPH_FIELDS = 50_000;

/** A field of the file's outermost message. `length`: of what follows its head; 0 for a number. */
interface Field {
	readonly number: number;
	readonly at: number;
	readonly length: number;
}

/** The fields up to the end, or to what is none. What a field holds is skipped, not read, so the size of the file does not matter. */
async function* fieldsOf(handle: FileHandle, size: number, from = 0, most = MOST_FIELDS): AsyncGenerator<Field> {
	for (let at = from, fields = 0; at < size && fields < most; fields++) {
		const bytes = await bytesAt(handle, at, 2 * VARINT_BYTES);
		const tag = varint(bytes, 0);
		const head = tag && varint(bytes, tag.bytes);
		if (!head) return;
		const wire = tag.value % 8;
		if (wire !== 0 && wire !== LENGTH_DELIMITED) return;
		at += tag.bytes + head.bytes;
		const length = wire === 0 ? 0 : head.value;
		yield { number: tag.value >> 3, at, length };
		at += length;
	}
}

/**
 * The texts that an ONNX file carries about itself. Empty for a file that is none or is cut short: whoever runs the
 * graph will say so.
 */
export async function readOnnxMetadata(file: string): Promise<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		for await (const { number, at, length } of fieldsOf(handle, size)) {
			if (number !== METADATA_PROPS || length > MOST_BYTES) continue;
			const { key, value } = entry(await bytesAt(handle, at, length));
			found.set(key, value);
		}
	} finally {
		await handle.close();
	}
	return found;
}

/** What a graph is given. `type`: 1 for float32, 6 and 7 for whole numbers of 32 and 64 bits, 10 for float16; 0 where it is no tensor. */
export interface GraphInput {
	readonly name: string;
	readonly type: number;
	/** undefined for a length that the graph leaves open. */
	readonly dims: ReadonlyArray<number | undefined>;
}

/** Of an ONNX file's graph, in their order; without the rest being read. Empty for what is no model. */
export async function readGraphInputs(file: string): Promise<GraphInput[]> {
	const found: GraphInput[] = [];
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		for await (const { number, at, length } of fieldsOf(handle, size)) {
			if (number !== GRAPH) continue;
			for await (const part of fieldsOf(handle, Math.min(size, at + length), at, MOST_GRAPH_FIELDS)) {
				if (part.number === GRAPH_INPUT && part.length <= MOST_BYTES) found.push(graphInput(await bytesAt(handle, part.at, part.length)));
			}
		}
	} catch (error) {
		if (!(error instanceof NotProtobuf)) throw error;
	} finally {
		await handle.close();
	}
	return found;
}

/** ValueInfoProto: its name, and the kind of numbers of its tensor. */
function graphInput(bytes: Uint8Array): GraphInput {
	const all = (message: Uint8Array | bigint | undefined, wanted: number): Array<Uint8Array | bigint> => (message instanceof Uint8Array ? [...protobufFields(message)].filter(({ field }) => field === wanted).map(({ value }) => value) : []);
	const [name] = all(bytes, 1);
	const [tensor] = all(all(bytes, 2)[0], 1);
	const [type] = all(tensor, 1);
	const dims = all(all(tensor, 2)[0], 1).map((dim) => all(dim, 1)[0]);
	return {
		name: name instanceof Uint8Array ? Buffer.from(name).toString('utf8') : '',
		type: typeof type === 'bigint' ? Number(type) : 0,
		dims: dims.map((length) => (typeof length === 'bigint' ? Number(length) : undefined)),
	};
}

/** Which fields a file has, and how many bytes its last one is short of. */
export async function outermostFields(file: string): Promise<{ readonly numbers: ReadonlySet<number>; readonly missingBytes: number }> {
	const numbers = new Set<number>();
	let end = 0;
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		for await (const { number, at, length } of fieldsOf(handle, size)) {
			numbers.add(number);
			end = at + length;
		}
		return { numbers, missingBytes: Math.max(0, end - size) };
	} finally {
		await handle.close();
	}
}

async function bytesAt(handle: FileHandle, at: number, count: number): Promise<Buffer> {
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, at);
	return buffer.subarray(0, bytesRead);
}

function entry(bytes: Buffer): { key: string; value: string } {
	const texts = new Map<number, string>();
	for (let at = 0; at < bytes.length; ) {
		const tag = varint(bytes, at);
		const length = tag && varint(bytes, at + tag.bytes);
		if (!length) break;
		const from = at + tag.bytes + length.bytes;
		texts.set(tag.value >> 3, bytes.toString('utf8', from, from + length.value));
		at = from + length.value;
	}
	return { key: texts.get(KEY) ?? '', value: texts.get(VALUE) ?? '' };
}

/** undefined where the bytes end too early, or for more than 53 bits. */
function varint(bytes: Buffer, at: number): { value: number; bytes: number } | undefined {
	let value = 0;
	for (let count = 0; count < VARINT_BYTES; count++) {
		const byte = bytes[at + count];
		if (byte === undefined) return undefined;
		value += (byte & 0x7f) * 2 ** (7 * count);
		if (!Number.isSafeInteger(value)) return undefined;
		if (byte < 0x80) return { value, bytes: count + 1 };
	}
	return undefined;
}
