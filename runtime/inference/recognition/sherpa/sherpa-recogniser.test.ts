// Guards against: a recogniser of sherpa-onnx that breaks a recogniser's rules, and a model that takes the process with it.
// The process runs from dist/: test/fresh-build.mjs builds it.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeOnnx, type OnnxGraph } from '../../workers/onnx/onnx-writer';
import { whistler, writeToneRecogniser } from '../../fixtures/tone-recogniser.fixture';
import { createRecogniser } from '../recognisers';
import { readRecogniserModel } from './recogniser-model';
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
		['a Whisper without its first half', files('tiny-decoder.int8.onnx', 'tiny-tokens.txt'), '*-encoder*.onnx'],
		['half a Whisper', files('tiny-encoder.int8.onnx', 'tiny-tokens.txt'), '*-decoder*.onnx'],
	])('names what it lacks: %s', async (name, make, lacks) => {
		const folder = path.join(root, name.replaceAll(' ', '-'));
		make(folder);
		await expect(createRecogniser(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining(lacks) });
	});
});

describe('what is chosen in its place is told by what it is, and never guessed', () => {
	const model = (metadata: Readonly<Record<string, string>> = {}): Buffer => encodeOnnx({ nodes: [], tensors: [], inputs: [], outputs: [], metadata });
	const whisper = (name: string): Record<string, Buffer | string> => ({ [`${name}-encoder.onnx`]: model(), [`${name}-encoder.int8.onnx`]: model(), [`${name}-decoder.int8.onnx`]: model(), [`${name}-decoder.onnx`]: model(), [`${name}-tokens.txt`]: 'a 0\n' });
	let folders = 0;
	const folderOf = (files: Readonly<Record<string, Buffer | string>>): string => {
		const folder = path.join(root, `chosen-${folders++}`);
		mkdirSync(folder);
		for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
		return folder;
	};

	it.each<[string, Record<string, Buffer | string>, string, RegExp, RegExp]>([
		['a Piper voice', { 'joe.onnx': model(), 'joe.onnx.json': '{}' }, '', /is a Piper voice, not a recogniser/, /Orpheus Speak/],
		['its configuration', { 'joe.onnx': model(), 'joe.onnx.json': '{}' }, 'joe.onnx.json', /is a Piper voice, not a recogniser/, /Orpheus Speak/],
		['a voice for sherpa', { 'voice.onnx': model({ n_speakers: '1' }), 'tokens.txt': '' }, '', /is a voice, not a recogniser/, /Orpheus Speak/],
		['Kokoro', { 'kokoro-v1.0.onnx': model(), 'voices-v1.0.bin': '' }, '', /Kokoro/, /Orpheus Speak/],
		['what judges the end of a turn', { 'judge.onnx': encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input_features', type: 'float', dims: [1] }], outputs: [] }) }, '', /judges the end of a turn .*not a recogniser/, /by itself/],
		['a language model', { 'llama.gguf': 'GGUF' }, 'llama.gguf', /is a GGUF file/, /\.onnx file/],
		['weights of PyTorch', { 'model.safetensors': '' }, 'model.safetensors', /weights for another program/, /in ONNX/],
		['an archive', { 'whisper.tar.bz2': 'BZh' }, 'whisper.tar.bz2', /is an archive/, /Unpack/],
		['a folder of something else', { 'README.md': 'x', 'config.json': '{}' }, '', /no recogniser in .*: it contains README\.md, config\.json|config\.json, README\.md/, /sherpa-onnx publishes/],
		['two Whispers', { ...whisper('tiny.en'), ...whisper('base') }, '', /several models.*base-encoder.*tiny\.en-encoder/, /Choose one of the files/],
		['a Whisper and a Moonshine', { ...whisper('tiny'), 'preprocess.onnx': model(), 'encode.onnx': model(), 'uncached_decode.onnx': model(), 'cached_decode.onnx': model(), 'tokens.txt': 'a 0\n' }, '', /several models.*preprocess\.onnx, tiny-decoder/, /Choose one of the files/],
		['two that differ in capital letters only', { 'a.onnx': model({ T: '45' }), 'A.ONNX': model({ T: '45' }), 'tokens.txt': 'a 0\n' }, '', /several models.*A\.ONNX, a\.onnx/, /Choose one of the files/],
		['weights of another program', { 'model.bin': 'x', 'vocabulary.txt': 'a' }, '', /no recogniser in .* model\.bin holds weights for another program/, /sherpa-onnx publishes/],
		['two models with one name for their tokens', { 'a.onnx': model({ T: '45' }), 'b.onnx': model({ T: '45' }), 'tokens.txt': 'a 0\n' }, '', /several models.*a\.onnx, b\.onnx/, /Choose one of the files/],
		['half of a download', { ...whisper('tiny'), 'tiny-encoder.int8.onnx': model({ text: 'x'.repeat(500) }).subarray(0, 300) }, '', /tiny-encoder\.int8\.onnx .*cut off/, /Fetch the file again/],
		['a pointer of Git LFS', { ...whisper('tiny'), 'tiny-decoder.int8.onnx': 'version https://git-lfs.github.com/spec/v1\n' }, '', /tiny-decoder\.int8\.onnx .*Git LFS/, /git lfs pull/],
		['an intact model that does not say what it is', { 'model.onnx': model({ model_type: 'EncDecCTCModel' }), 'tokens.txt': 'a 0\n' }, '', /does not say it/, /whole utterances only/],
	])('%s', async (_what, files, name, message, remedy) => {
		const refused = createRecogniser(path.join(folderOf(files), name));
		await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
		await expect(refused).rejects.not.toThrow(/--\w|damaged/);
	});

	it('a file stands for the model that it is a part of, at its own precision', async () => {
		const folder = folderOf({ ...whisper('tiny.en'), ...whisper('base') });
		expect(await readRecogniserModel(path.join(folder, 'tiny.en-decoder.onnx'))).toMatchObject({
			files: { whisper: { encoder: path.join(folder, 'tiny.en-encoder.onnx'), decoder: path.join(folder, 'tiny.en-decoder.onnx') } },
			tokens: path.join(folder, 'tiny.en-tokens.txt'),
		});
		expect(await readRecogniserModel(path.join(folder, 'base-encoder.int8.onnx'))).toMatchObject({
			files: { whisper: { encoder: path.join(folder, 'base-encoder.int8.onnx'), decoder: path.join(folder, 'base-decoder.int8.onnx') } },
			tokens: path.join(folder, 'base-tokens.txt'),
		});
	});
});

describe('the parts of a Whisper', () => {
	/** As sherpa-onnx's export says it. */
	const encoder = (width = 8, eot = 3): Buffer => encodeOnnx({ nodes: [], tensors: [], inputs: [], outputs: [], metadata: { model_type: 'whisper-tiny', n_text_layer: '4', n_text_state: String(width), eot: String(eot), is_multilingual: '0' } });
	const decoder = (width = 8, layers = 4): Buffer => encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'n_layer_cross_k', type: 'float', dims: [layers, 'n_audio', 'T', width] }], outputs: [] });
	const tokens = 'IQ== 0\nIg== 1\n 2\n';
	let folders = 0;
	const reading = async (files: Readonly<Record<string, Buffer | string>>): Promise<unknown> => {
		const folder = path.join(root, `whisper-${folders++}`);
		mkdirSync(folder);
		for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
		return await readRecogniserModel(folder);
	};

	it.each<[string, Record<string, Buffer | string>]>([
		['as sherpa-onnx names them', { 'tiny-encoder.int8.onnx': encoder(), 'tiny-decoder.int8.onnx': decoder(), 'tiny-tokens.txt': tokens }],
		['in capital letters', { 'TINY-ENCODER.INT8.ONNX': encoder(), 'TINY-DECODER.INT8.ONNX': decoder(), 'TINY-TOKENS.TXT': tokens }],
		['without the model\'s name', { 'encoder.int8.onnx': encoder(), 'decoder.int8.onnx': decoder(), 'tokens.txt': tokens }],
		['with a token for the end', { 'encoder.onnx': encoder(), 'decoder.onnx': decoder(), 'tokens.txt': `${tokens}PHxlbmRvZnRleHR8Pg== 3\n` }],
	])('%s', async (_what, files) => {
		await expect(reading(files)).resolves.toMatchObject({ streaming: false, languages: ['en'], files: { whisper: { encoder: expect.stringMatching(/encoder/i) } } });
	});

	it.each<[string, Buffer, Buffer, string, RegExp]>([
		['a decoder of another width', encoder(), decoder(6), tokens, /tiny-decoder\.onnx .*belongs to another Whisper than tiny-encoder\.onnx: it takes 6 numbers for each moment, and that one gives 8/],
		['a decoder with more layers', encoder(), decoder(8, 6), tokens, /tiny-decoder\.onnx .*it takes 6 layers, and that one gives 4/],
		['tokens of another', encoder(), decoder(), `${tokens}Iw== 3\n`, /tiny-tokens\.txt .*cut off, or belongs to another Whisper.*it has 4 tokens, and the model 3/],
		['half of its tokens', encoder(), decoder(), tokens.slice(0, 9), /tiny-tokens\.txt .*it has 1 tokens, and the model 3/],
		['no tokens', encoder(), decoder(), '', /tiny-tokens\.txt .*it is empty/],
		['a web page', encoder(), decoder(), '<!doctype html>', /tiny-tokens\.txt .*it is a web page/],
	])('that do not fit together are refused: %s', async (_what, first, second, list, message) => {
		const refused = reading({ 'tiny-encoder.onnx': first, 'tiny-decoder.onnx': second, 'tiny-tokens.txt': list });
		await expect(refused).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(message), remedy: expect.stringMatching(/one Whisper from one place/) });
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
	])('is refused before that, where all files of a %s are there and hold none', async (name, files) => {
		const folder = path.join(root, `false-${name}`);
		mkdirSync(folder);
		for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
		await expect(createRecogniser(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/\.onnx in .* cannot be used: it is not an ONNX model/) });
	});
});
