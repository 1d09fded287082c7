import { NotProtobuf, packedNumbers, protobufFields, signed } from './protobuf';

/** What of a node's attribute is needed to know what the node does. Others read as undefined. */
export type ReadAttribute = number | string | readonly number[] | undefined;

export interface ReadNode {
	readonly op: string;
	/** '' for the standard operators. */
	readonly domain: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: ReadonlyMap<string, ReadAttribute>;
	/** All names that it reads, also in the graphs inside it (a Loop's body). */
	readonly reads: readonly string[];
	/** As it stands in the file. */
	readonly bytes: Uint8Array;
}

export interface ReadTensor {
	readonly name: string;
	readonly dims: readonly number[];
	/** undefined for other kinds of numbers, and for what stands in another file. */
	readonly data: Float32Array | BigInt64Array | undefined;
	readonly bytes: Uint8Array;
}

export interface ReadValue {
	readonly name: string;
	readonly bytes: Uint8Array;
}

export interface ReadGraph {
	readonly nodes: readonly ReadNode[];
	readonly tensors: ReadonlyMap<string, ReadTensor>;
	readonly inputs: readonly ReadValue[];
	readonly outputs: readonly ReadValue[];
	/** Of the standard operators. */
	readonly opset: number;
}

const FLOAT = 1;
const INT64 = 7;

/** Reads an ONNX file's graph. Weights are not copied where they stand on a multiple of their size. Throws NotProtobuf. */
export function readOnnx(file: Uint8Array): ReadGraph {
	const nodes: ReadNode[] = [];
	const tensors = new Map<string, ReadTensor>();
	const inputs: ReadValue[] = [];
	const outputs: ReadValue[] = [];
	let opset = 0;
	for (const [field, value] of messages(file)) {
		if (field === 8) opset ||= standardOpset(value);
		if (field !== 7) continue;
		for (const [part, bytes] of messages(value)) {
			if (part === 1) nodes.push(readNode(bytes));
			else if (part === 5) {
				const tensor = readTensor(bytes);
				tensors.set(tensor.name, tensor);
			} else if (part === 11) inputs.push({ name: nameOf(bytes), bytes });
			else if (part === 12) outputs.push({ name: nameOf(bytes), bytes });
		}
	}
	return { nodes, tensors, inputs, outputs, opset };
}

/** Fields that hold bytes. */
function* messages(bytes: Uint8Array): Generator<readonly [field: number, value: Uint8Array]> {
	for (const { field, value } of protobufFields(bytes)) if (value instanceof Uint8Array) yield [field, value];
}

function text(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Values and attributes carry their name in field 1. */
function nameOf(bytes: Uint8Array): string {
	for (const [field, value] of messages(bytes)) if (field === 1) return text(value);
	return '';
}

function standardOpset(bytes: Uint8Array): number {
	let domain = '';
	let version = 0;
	for (const { field, value } of protobufFields(bytes)) {
		if (field === 1 && value instanceof Uint8Array) domain = text(value);
		if (field === 2 && typeof value === 'bigint') version = signed(value);
	}
	return domain === '' ? version : 0;
}

function readNode(bytes: Uint8Array): ReadNode {
	const inputs: string[] = [];
	const outputs: string[] = [];
	const attributes = new Map<string, ReadAttribute>();
	const inside: string[] = [];
	let op = '';
	let domain = '';
	for (const [field, value] of messages(bytes)) {
		if (field === 1) inputs.push(text(value));
		else if (field === 2) outputs.push(text(value));
		else if (field === 4) op = text(value);
		else if (field === 7) domain = text(value);
		else if (field === 5) {
			attributes.set(nameOf(value), readAttribute(value));
			for (const [part, graph] of messages(value)) if (part === 6) inside.push(...namesRead(graph));
		}
	}
	return { op, domain, inputs, outputs, attributes, reads: [...inputs, ...inside], bytes };
}

function namesRead(graph: Uint8Array): string[] {
	return [...messages(graph)].flatMap(([field, node]) => (field === 1 ? readNode(node).reads : []));
}

function readAttribute(bytes: Uint8Array): ReadAttribute {
	const list: number[] = [];
	let single: number | string | undefined;
	for (const { field, value } of protobufFields(bytes)) {
		if (value instanceof Uint8Array) {
			if (field === 2) single = new DataView(value.buffer, value.byteOffset, value.length).getFloat32(0, true);
			else if (field === 4) single = text(value);
			else if (field === 8) list.push(...packedNumbers(value));
		} else if (field === 3) single = signed(value);
		else if (field === 8) list.push(signed(value));
	}
	return single ?? (list.length > 0 ? list : undefined);
}

function readTensor(bytes: Uint8Array): ReadTensor {
	const dims: number[] = [];
	let type = 0;
	let name = '';
	let raw: Uint8Array | undefined;
	const floats: Uint8Array[] = [];
	const integers: number[] = [];
	let elsewhere = false;
	for (const { field, value } of protobufFields(bytes)) {
		if (value instanceof Uint8Array) {
			if (field === 1) dims.push(...packedNumbers(value));
			else if (field === 4) floats.push(value);
			else if (field === 7) integers.push(...packedNumbers(value));
			else if (field === 8) name = text(value);
			else if (field === 9) raw = value;
		} else if (field === 1) dims.push(signed(value));
		else if (field === 2) type = signed(value);
		else if (field === 7) integers.push(signed(value));
		else if (field === 14) elsewhere = value !== 0n;
	}
	const data = elsewhere ? undefined : numbersOf(type, raw ?? Buffer.concat(floats), integers);
	if (data && data.length !== dims.reduce((product, dim) => product * dim, 1)) throw new NotProtobuf(`The tensor ${name} has not as many numbers as its shape.`);
	return { name, dims, data, bytes };
}

function numbersOf(type: number, raw: Uint8Array, integers: readonly number[]): Float32Array | BigInt64Array | undefined {
	const aligned = (size: number): Uint8Array => (raw.byteOffset % size === 0 ? raw : Uint8Array.from(raw));
	if (type === FLOAT) {
		const { buffer, byteOffset, length } = aligned(4);
		return new Float32Array(buffer, byteOffset, Math.floor(length / 4));
	}
	if (type !== INT64) return undefined;
	if (integers.length > 0) return BigInt64Array.from(integers, BigInt);
	const { buffer, byteOffset, length } = aligned(8);
	return new BigInt64Array(buffer, byteOffset, Math.floor(length / 8));
}
