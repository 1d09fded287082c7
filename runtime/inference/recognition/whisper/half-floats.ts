import { Tensor } from 'onnxruntime-node';

/* Exports of half the size give and take numbers of 16 bits. Node 20 has no array of those: they travel as whole numbers. */

const word = new Uint32Array(1);
const number = new Float32Array(word.buffer);

/** The tensor in the numbers that a graph takes. */
export function asType(tensor: Tensor, type: Tensor.Type): Tensor {
	if (tensor.type === type || (type !== 'float16' && type !== 'float32')) return tensor;
	const floats = toFloats(tensor);
	return type === 'float32' ? new Tensor('float32', floats, tensor.dims) : halfTensor(floats, tensor.dims);
}

/** Its numbers, of whichever of both kinds. */
export function toFloats(tensor: Tensor): Float32Array {
	const { data } = tensor;
	if (data instanceof Float32Array) return data;
	const bits = ArrayBuffer.isView(data) ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : new Uint16Array(0);
	return Float32Array.from(bits, fromHalf);
}

function halfTensor(floats: Float32Array, dims: readonly number[]): Tensor {
	return new Tensor('float16', Uint16Array.from(floats, toHalf), dims);
}

function fromHalf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounded to the nearest; what is too large becomes infinite. */
function toHalf(value: number): number {
	number[0] = value;
	const bits = word[0] ?? 0;
	const sign = (bits >>> 16) & 0x8000;
	const size = Math.abs(value);
	if (Number.isNaN(value)) return sign | 0x7e00;
	if (size >= 65_520) return sign | 0x7c00;
	if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
	const exponent = Math.floor(Math.log2(size));
	// Rounding may carry into the exponent, which is then right.
	return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
}
