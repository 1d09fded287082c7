// Guards against: a graph whose weights are not there, or that is not for a processor, and that is called damaged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeOnnx } from './onnx-writer';
import { openOnnxSession } from './open-session';

const folder = mkdtempSync(path.join(os.tmpdir(), 'open-session-'));
const file = path.join(folder, 'model.onnx');
afterAll(() => rmSync(folder, { recursive: true }));

const field = (number: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
const entry = (key: string, value: string): Buffer => field(13, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));

/** Eight floats in a file beside the graph: dims, type, name, where, and that they are not here. */
const outside = Buffer.concat([Buffer.from([0x08, 8, 0x10, 1]), field(8, Buffer.from('weights')), entry('location', 'model.onnx_data'), entry('offset', '0'), entry('length', '32'), Buffer.from([0x70, 1])]);

const sum = { nodes: [{ op: 'Add', inputs: ['x', 'weights'], outputs: ['y'] }], inputs: [{ name: 'x', type: 'float', dims: [8] }], outputs: [{ name: 'y', type: 'float', dims: [8] }] } as const;

it('weights beside the graph are read, missed and found to be cut off', async () => {
	writeFileSync(file, encodeOnnx({ ...sum, tensors: [outside] }));
	await expect(openOnnxSession(file, { inputs: ['x'], outputs: ['y'] })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('keeps its weights in model.onnx_data, which is not beside it') });
	writeFileSync(path.join(folder, 'model.onnx_data'), 'version https://git-lfs');
	await expect(openOnnxSession(file, { inputs: ['x'], outputs: ['y'] })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/cut off, or is a pointer of Git LFS/) });
	writeFileSync(path.join(folder, 'model.onnx_data'), Buffer.alloc(32));
	const session = await openOnnxSession(file, { inputs: ['x'], outputs: ['y'] });
	await session.release();
});

it('a precision that no processor has is told as such', async () => {
	const nodes = [
		{ op: 'Cast', inputs: ['x'], outputs: ['numbers'], attributes: { to: 5 } },
		{ op: 'Relu', inputs: ['numbers'], outputs: ['sum'] },
		{ op: 'Cast', inputs: ['sum'], outputs: ['y'], attributes: { to: 1 } },
	];
	writeFileSync(file, encodeOnnx({ nodes, tensors: [], inputs: [{ name: 'x', type: 'float', dims: [8] }], outputs: [{ name: 'y', type: 'float', dims: [8] }] }));
	await expect(openOnnxSession(file, { inputs: ['x'], outputs: ['y'] })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringContaining('has no Relu for its kind of numbers'), remedy: expect.stringContaining('_quantized') });
});
