// Guards against: weights read at a wrong place, names inside a loop that are lost, and bytes that are no model keeping us.
import fc from 'fast-check';
import { readOnnx } from './onnx-reader';
import { encodeOnnx } from './onnx-writer';
import { NotProtobuf } from './protobuf';

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const floats = fc.array(fc.float({ noNaN: true }), { maxLength: 40 }).map((numbers) => Float32Array.from(numbers));
const wholes = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 10 }).map((numbers) => BigInt64Array.from(numbers));
const graphs = fc.record({
	nodes: fc.array(fc.record({ op: name, inputs: fc.array(name, { maxLength: 4 }), outputs: fc.array(name, { minLength: 1, maxLength: 3 }), attributes: fc.dictionary(name, fc.oneof(fc.integer(), name, fc.array(fc.integer(), { minLength: 1, maxLength: 5 })), { maxKeys: 4 }) }), { maxLength: 6 }),
	tensors: fc.uniqueArray(fc.record({ name, data: fc.oneof(floats, wholes) }), { maxLength: 6, selector: (tensor) => tensor.name }),
});

it('reads what was written', () => {
	fc.assert(
		fc.property(graphs, fc.nat(7), ({ nodes, tensors }, shift) => {
			const bytes = encodeOnnx({ nodes, tensors: tensors.map((tensor) => ({ ...tensor, dims: [tensor.data.length] })), inputs: [{ name: 'in', type: 'int64', dims: ['n'] }], outputs: [], opset: 17 });
			// Wherever it stands in memory.
			const moved = new Uint8Array(bytes.length + shift).subarray(shift);
			moved.set(bytes);
			const read = readOnnx(moved);
			expect(read.opset).toBe(17);
			expect(read.inputs.map((input) => input.name)).toEqual(['in']);
			expect(read.nodes.map(({ op, inputs, outputs, attributes }) => ({ op, inputs, outputs, attributes: Object.fromEntries(attributes) }))).toEqual(nodes.map((node) => ({ ...node, attributes: { ...node.attributes } })));
			expect([...read.tensors.values()].map((tensor) => ({ name: tensor.name, data: tensor.data }))).toEqual(tensors);
		}),
	);
});

it('writes over again what it read', () => {
	fc.assert(
		fc.property(graphs, ({ nodes, tensors }) => {
			const parts = { nodes, tensors: tensors.map((tensor) => ({ ...tensor, dims: [tensor.data.length] })), inputs: [], outputs: [] };
			const read = readOnnx(encodeOnnx(parts));
			const again = encodeOnnx({ ...parts, nodes: read.nodes.map(({ bytes }) => bytes), tensors: [...read.tensors.values()].map(({ bytes }) => bytes) });
			expect(again.equals(encodeOnnx(parts))).toBe(true);
		}),
	);
});

it('refuses bytes that are no model, or reads nothing in them', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
			try {
				readOnnx(bytes);
			} catch (error) {
				expect(error).toBeInstanceOf(NotProtobuf);
			}
		}),
		{ numRuns: 500 },
	);
});
