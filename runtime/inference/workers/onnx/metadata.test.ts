// Guards against: a file that is no model and keeps us reading, and texts that are not those of the file.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { encodeOnnx } from './onnx-writer';
import { readOnnxMetadata } from './metadata';

const folder = mkdtempSync(path.join(os.tmpdir(), 'onnx-metadata-'));
const file = path.join(folder, 'model.onnx');
afterAll(() => rmSync(folder, { recursive: true }));

function graph(metadata: Readonly<Record<string, string>>): Buffer {
	return encodeOnnx({ nodes: [], tensors: [{ name: 'weights', dims: [5000], data: new Float32Array(5000).fill(1) }], inputs: [], outputs: [], metadata });
}

it('reads whatever texts a model carries', async () => {
	const texts = fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 20 });
	await fc.assert(
		fc.asyncProperty(texts, async (metadata) => {
			writeFileSync(file, graph(metadata));
			expect(Object.fromEntries(await readOnnxMetadata(file))).toEqual({ ...metadata });
		}),
		{ numRuns: 50 },
	);
});

it('reads what is there of a file that is cut short, and of any bytes, without failing', async () => {
	const whole = graph({ sample_rate: '24000', speaker_names: 'a,b' });
	const bytes = fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.nat(whole.length).map((length) => whole.subarray(0, length)));
	await fc.assert(
		fc.asyncProperty(bytes, async (content) => {
			writeFileSync(file, content);
			await expect(readOnnxMetadata(file)).resolves.toBeInstanceOf(Map);
		}),
		{ numRuns: 100 },
	);
});

it('gives a file of nothing but zeros up at once, however long it is', async () => {
	writeFileSync(file, '');
	truncateSync(file, 2 ** 32);
	expect((await readOnnxMetadata(file)).size).toBe(0);
});
