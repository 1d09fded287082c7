/** One field of a protobuf message: a whole number, or bytes (a text, a message, packed numbers, a fixed-width number). */
export interface ProtobufField {
	readonly field: number;
	readonly value: bigint | Uint8Array;
}

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_DELIMITED = 2;
const FOUR_BYTES = 5;

/** Thrown for bytes that are no protobuf message. */
export class NotProtobuf extends Error {}

/** The fields of a message, in their order. What they hold is not copied. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
	const take = (at: number, length: number): Uint8Array => {
		if (length > message.length - at) throw new NotProtobuf('A message ends in the middle of a field.');
		return message.subarray(at, at + length);
	};
	for (let at = 0; at < message.length; ) {
		const tag = varint(message, at);
		at += tag.bytes;
		const field = Number(tag.value >> 3n);
		const wire = Number(tag.value & 7n);
		if (wire === VARINT) {
			const { value, bytes } = varint(message, at);
			at += bytes;
			yield { field, value };
		} else {
			const length = wire === LENGTH_DELIMITED ? varint(message, at) : { value: BigInt(fixed(wire)), bytes: 0 };
			const value = take(at + length.bytes, Number(length.value));
			at += length.bytes + value.length;
			yield { field, value };
		}
	}
}

/** Signed whole numbers of a packed field. */
export function packedNumbers(bytes: Uint8Array): number[] {
	const numbers: number[] = [];
	for (let at = 0; at < bytes.length; ) {
		const { value, bytes: length } = varint(bytes, at);
		numbers.push(signed(value));
		at += length;
	}
	return numbers;
}

/** A whole number as protobuf's int64 has it. */
export function signed(value: bigint): number {
	return Number(BigInt.asIntN(64, value));
}

function fixed(wire: number): number {
	if (wire === EIGHT_BYTES) return 8;
	if (wire === FOUR_BYTES) return 4;
	throw new NotProtobuf(`There is no wire type ${wire}.`);
}

function varint(message: Uint8Array, at: number): { readonly value: bigint; readonly bytes: number } {
	let value = 0n;
	for (let count = 0; count < 10; count++) {
		const byte = message[at + count];
		if (byte === undefined) break;
		value |= BigInt(byte & 0x7f) << BigInt(7 * count);
		if (byte < 0x80) return { value, bytes: count + 1 };
	}
	throw new NotProtobuf('A number does not end.');
}
