// Guards against: a recogniser of sherpa-onnx that breaks a recogniser's rules, and a model that takes the process with it.
// The process runs from dist/: test/fresh-build.mjs builds it.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeOnnx, type OnnxGraph } from '../../workers/onnx/onnx-writer';
import { whistler, writeToneRecogniser } from '../../fixtures/tone-recogniser.fixture';
import { createRecogniser } from '../recognisers';
import { describeRecogniser } from '../conformance.fixture';

const SENTENCES = ['move my appointment to friday at noon', 'what is on my calendar', 'book dinner for two on friday'] as const;

const root = mkdtempSync(path.join(os.tmpdir(), 'sherpa-recogniser-'));
afterAll(() => rmSync(root, { recursive: true }));

describeRecogniser('a streaming CTC model of sherpa-onnx', {
	open: async () => {
		const folder = path.join(root, 'tones');
		writeToneRecogniser(folder, SENTENCES);
		return await createRecogniser(folder);
	},
	sentences: SENTENCES,
	speaker: async () => whistler(SENTENCES),
});

describe('a folder without a recogniser', () => {
	const files = (...names: readonly string[]) => (folder: string): void => {
		mkdirSync(folder);
		for (const name of names) writeFileSync(path.join(folder, name), '');
	};
	it.each([
		['no folder', () => undefined, 'no file or folder'],
		['no model', files('README.md'), 'no recogniser'],
		['no tokens', files('model.onnx'), 'tokens.txt'],
		['half a Zipformer', files('encoder-epoch-99.int8.onnx', 'tokens.txt'), 'decoder*.onnx, joiner*.onnx'],
		['half a Moonshine', files('preprocess.onnx', 'tokens.txt'), 'encode*.onnx, uncached_decode*.onnx'],
		['half a Whisper', files('tiny-encoder.int8.onnx', 'tiny-tokens.txt'), '*-decoder*.onnx'],
	])('names what it lacks: %s', async (name, make, lacks) => {
		const folder = path.join(root, name.replaceAll(' ', '-'));
		make(folder);
		await expect(createRecogniser(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining(lacks) });
	});
});

describe('a model that sherpa-onnx does not survive', () => {
	const damaged = (name: string): string => {
		const folder = path.join(root, name.replaceAll(' ', '-'));
		writeToneRecogniser(folder, SENTENCES);
		return folder;
	};
	it.each([
		['cut short', (folder: string) => truncateSync(path.join(folder, 'model.onnx'), 600)],
		['no graph', (folder: string) => writeFileSync(path.join(folder, 'model.onnx'), 'This is a text.')],
		['no streaming model', (folder: string) => writeToneRecogniser(folder, SENTENCES, { window_size: '0' })],
		['without metadata that sherpa reads', (folder: string) => writeToneRecogniser(folder, SENTENCES, { chunk_shift: '-1' })],
		['tokens without a blank', (folder: string) => writeFileSync(path.join(folder, 'tokens.txt'), 'a 0\n')],
	])('is refused, and we live on: %s', async (name, damage) => {
		const folder = damaged(name);
		damage(folder);
		await expect(createRecogniser(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
	});

	const text = 'This is a text.';
	const tokens = '<blk> 0\na 1\n';
	const silent: OnnxGraph = { nodes: [], tensors: [], inputs: [], outputs: [], metadata: { T: '45' } };
	it.each([
		['Zipformer', { 'encoder.onnx': encodeOnnx(silent), 'decoder.onnx': text, 'joiner.onnx': text, 'tokens.txt': tokens }],
		['Moonshine', { 'preprocess.onnx': text, 'encode.int8.onnx': text, 'uncached_decode.int8.onnx': text, 'cached_decode.int8.onnx': text, 'tokens.txt': tokens }],
		['Whisper', { 'tiny-encoder.int8.onnx': text, 'tiny-decoder.int8.onnx': text, 'tiny-tokens.txt': tokens }],
	])('is refused by onnxruntime where all files of a %s are there and hold none', async (name, files) => {
		const folder = path.join(root, `false-${name}`);
		mkdirSync(folder);
		for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
		await expect(createRecogniser(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/onnx.*failed/) });
	});
});
