// Guards against: an intact model that is called damaged, and what is no model at all but reaches an engine, which ends its process.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeOnnx } from './onnx-writer';
import { assertOnnx } from './onnx-file';

const folder = mkdtempSync(path.join(os.tmpdir(), 'onnx-file-'));
const file = path.join(folder, 'model.onnx');
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = encodeOnnx({ nodes: [], tensors: [{ name: 'weights', dims: [5000], data: new Float32Array(5000).fill(1) }], inputs: [], outputs: [], metadata: { a: 'b' } });

it.each([
	['nothing', '', /is empty/, /Fetch the file again/],
	['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', /pointer of Git LFS/, /git lfs pull/],
	['a web page', '<!DOCTYPE html>\n<html class="">', /web page/, /\/resolve\//],
	['a page without its first line', '\n <HTML>', /web page/, /\/resolve\//],
	['a refusal of a server', '{"error":"Invalid username or password."}', /JSON text/, /Fetch/],
	['a language model', 'GGUF\x03\x00\x00\x00', /GGUF/, /language model/],
	['an archive', Buffer.from([0x1f, 0x8b, 8, 0]), /archive/, /Unpack/],
	['a text', 'This is a text.', /not an ONNX model/, /Fetch/],
	['zeros', Buffer.alloc(4000), /not an ONNX model/, /Fetch/],
	['half of a model', MODEL.subarray(0, MODEL.length / 2), /cut off: \d+ bytes/, /Fetch/],
	['the first bytes of a model', MODEL.subarray(0, 2), /cut off/, /Fetch/],
])('%s is refused as what it is', async (_what, content, message, remedy) => {
	writeFileSync(file, content);
	await expect(assertOnnx(file)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
});

it('a model is none of them, whatever it says of itself', async () => {
	writeFileSync(file, MODEL);
	await expect(assertOnnx(file)).resolves.toBeUndefined();
	writeFileSync(file, encodeOnnx({ nodes: [], tensors: [], inputs: [], outputs: [] }));
	await expect(assertOnnx(file)).resolves.toBeUndefined();
});

it('a file of zeros that is as large as a model takes no time', async () => {
	writeFileSync(file, '');
	truncateSync(file, 2 ** 32);
	await expect(assertOnnx(file)).rejects.toMatchObject({ message: expect.stringMatching(/not an ONNX model/) });
});
