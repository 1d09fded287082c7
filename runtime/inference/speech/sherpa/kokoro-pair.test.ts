// Guards against: Kokoro's files as kokoro-onnx and Hugging Face have them that are refused, and wrong ones that are taken or called something else.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeNpz } from '../../fixtures/npz-writer.fixture';
import { readOnnxMetadata } from '../../workers/onnx/metadata';
import { encodeOnnx, type OnnxValue } from '../../workers/onnx/onnx-writer';
import { languageToRead } from './kokoro-languages';
import { readVoiceModel, type VoiceModel } from './voice-model';

const root = mkdtempSync(path.join(os.tmpdir(), 'kokoro-pair-'));
afterAll(() => rmSync(root, { recursive: true }));

const STYLES = 510;
const WIDTH = 256;

/** Kokoro's graph as far as it is looked at: what it is given. */
function kokoro(tokens = 'tokens', speed: OnnxValue['type'] = 'float'): Buffer {
	const inputs: OnnxValue[] = [
		{ name: tokens, type: 'int64', dims: [1, 'length'] },
		{ name: 'style', type: 'float', dims: [1, WIDTH] },
		{ name: 'speed', type: speed, dims: [1] },
	];
	return encodeOnnx({ nodes: [], tensors: [], inputs, outputs: [] });
}
const style = (value: number) => ({ shape: [STYLES, 1, WIDTH], data: new Float32Array(STYLES * WIDTH).fill(value) });
const raw = (value: number): Buffer => Buffer.from(style(value).data.buffer);
const ARCHIVE = writeNpz({ am_adam: style(3), af_bella: style(2), if_sara: style(4), af_heart: style(1) });
/** As Piper's are made. */
const PIPER = encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input', type: 'int64', dims: [1] }, { name: 'scales', type: 'float', dims: [3] }], outputs: [] });
const PAIR = { 'kokoro-v1.0.onnx': kokoro(), 'voices-v1.0.bin': ARCHIVE };

function phonemes(...languages: readonly string[]): Record<string, string> {
	const names = ['phontab', 'phonindex', 'phondata', 'intonations', ...languages.map((language) => `${language}_dict`), 'lang/x'];
	return Object.fromEntries(names.map((name) => [`espeak-ng-data/${name}`, '']));
}

let folders = 0;
function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
	const folder = path.join(root, `kokoro-${folders++}`);
	for (const [name, content] of Object.entries({ ...phonemes('en', 'es', 'fr', 'hi', 'it', 'ja', 'pt'), ...files })) {
		mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
		writeFileSync(path.join(folder, name), content);
	}
	return folder;
}
async function read(place: string): Promise<VoiceModel> {
	return await readVoiceModel(place, { prepared: path.join(root, 'prepared'), models: path.join(root, 'models'), env: {} });
}

describe('kokoro-onnx\'s pair', () => {
	it.each(['', 'kokoro-v1.0.onnx', 'voices-v1.0.bin'])('is made into what sherpa-onnx opens, named by "%s", with the voices\' names, and nothing is written beside it', async (name) => {
		const folder = folderWith(PAIR);
		const before = readdirSync(folder);
		const { files, names, reads } = await read(path.join(folder, name));
		expect(readdirSync(folder)).toEqual(before);
		expect(names).toEqual(['af_heart', 'af_bella', 'am_adam', 'if_sara']);
		expect(reads?.own).toEqual(['en-us', 'en-us', 'en-us', 'it']);
		expect(reads?.readable).toEqual(['en-us', 'en', 'es', 'fr', 'hi', 'it', 'ja', 'pt-br']);
		const made = files['kokoro'] ?? {};
		expect(made).toMatchObject({ lang: 'en-us', dataDir: path.join(folder, 'espeak-ng-data') });
		const voices = readFileSync(made['voices'] ?? '');
		expect(voices).toHaveLength(4 * STYLES * WIDTH * 4);
		expect([0, 1, 2, 3].map((at) => voices.readFloatLE(at * STYLES * WIDTH * 4))).toEqual([1, 2, 3, 4]);
		expect(Object.fromEntries(await readOnnxMetadata(made['model'] ?? ''))).toMatchObject({ n_speakers: '4', speaker_names: names.join(','), style_dim: '510,1,256', sample_rate: '24000' });
		expect(readFileSync(made['tokens'] ?? '', 'utf8')).toMatch(/^\$ 0\n; 1\n[^]*ᵻ 177\n$/);
	});

	it.each<[string, Record<string, string | Buffer>, string]>([
		['an archive that is deflated', { 'kokoro-v1.0.onnx': kokoro(), 'voices.npz': writeNpz({ af_sky: style(1) }, { deflated: true }) }, ''],
		['the int8 model', { 'kokoro-v1.0.int8.onnx': kokoro(), 'voices-v1.0.bin': writeNpz({ af_sky: style(1) }) }, ''],
		['0.19, which has 511 styles', { 'kokoro-v0_19.onnx': kokoro(), 'voices.bin': writeNpz({ af_sky: { shape: [511, 1, WIDTH], data: new Float32Array(511 * WIDTH) } }) }, ''],
		['two models, and the voices of one are named', { ...PAIR, 'voices-v1.0.bin': writeNpz({ af_sky: style(1) }), 'other.onnx': kokoro() }, 'voices-v1.0.bin'],
		['two pairs, and one is named', { ...PAIR, 'voices-v1.0.bin': writeNpz({ af_sky: style(1) }), 'kokoro-v2.onnx': kokoro(), 'voices-v2.bin': ARCHIVE }, 'kokoro-v1.0.onnx'],
	])('may be %s', async (_what, files, name) => {
		expect((await read(path.join(folderWith(files), name))).names).toEqual(['af_sky']);
	});

	it('is made of a model that nobody may write', async () => {
		const folder = folderWith(PAIR);
		chmodSync(path.join(folder, 'kokoro-v1.0.onnx'), 0o444);
		const { files } = await read(folder);
		expect(statSync(files['kokoro']?.['model'] ?? '').size).toBeGreaterThan(PAIR['kokoro-v1.0.onnx'].length);
	});
});

it('what was made of a model that is gone goes too, at the next one', async () => {
	const folder = folderWith(PAIR);
	const made = path.dirname((await read(folder)).files['kokoro']?.['model'] ?? '');
	rmSync(folder, { recursive: true });
	await read(folderWith(PAIR));
	expect(() => statSync(made)).toThrow();
});

it.each(['voices.npz', 'my-voices.npz', 'VOICES-V1.0.BIN'])('takes voices that are called %s', async (name) => {
	const folder = folderWith({ 'Kokoro.ONNX': kokoro(), [name]: ARCHIVE });
	expect((await read(folder)).names[0]).toBe('af_heart');
	expect((await read(path.join(folder, name))).names[0]).toBe('af_heart');
});

it('beside a Piper voice, each is found by its own files', async () => {
	const config = { audio: { sample_rate: 22_050 }, espeak: { voice: 'en-us' }, phoneme_id_map: { _: [0] }, dataset: 'joe' };
	const folder = folderWith({ ...PAIR, 'joe.onnx': PIPER, 'joe.onnx.json': JSON.stringify(config) });
	const namesBy = async (name: string): Promise<string | undefined> => (await read(path.join(folder, name))).names[0];
	expect([await namesBy('joe.onnx'), await namesBy('joe.onnx.json'), await namesBy('kokoro-v1.0.onnx'), await namesBy('voices-v1.0.bin')]).toEqual(['joe', 'joe', 'af_heart', 'af_heart']);
});

it('a store that cannot be written is named', async () => {
	const folder = folderWith(PAIR);
	const store = path.join(folder, 'kokoro-v1.0.onnx');
	await expect(readVoiceModel(folder, { prepared: store, models: root, env: {} })).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_FAILED',
		message: expect.stringContaining(`${store} cannot be written`),
		remedy: expect.stringContaining('VOICE_LOOP_MODELS'),
	});
});

describe('Hugging Face\'s folders', () => {
	const EXPORT = { 'config.json': '{}', 'onnx/model.onnx': kokoro('input_ids'), 'onnx/model_quantized.onnx': kokoro('input_ids'), 'voices/if_sara.bin': raw(2), 'voices/af_heart.bin': raw(1) };
	it.each<[string, string, string]>([
		['the folder', '', 'model_quantized.onnx'],
		['its graphs', 'onnx', 'model_quantized.onnx'],
		['one of them', 'onnx/model.onnx', 'model.onnx'],
		['one voice', 'voices/if_sara.bin', 'model_quantized.onnx'],
	])('are found by %s', async (_what, name) => {
		const { names, files } = await read(path.join(folderWith(EXPORT), name));
		expect(names).toEqual(['af_heart', 'if_sara']);
		expect(readFileSync(files['kokoro']?.['voices'] ?? '').readFloatLE(0)).toBe(1);
	});

	it('are refused with a voice that is half there', async () => {
		await expect(read(folderWith({ ...EXPORT, 'voices/if_sara.bin': raw(2).subarray(0, 100_001) }))).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_BROKEN',
			message: expect.stringMatching(/if_sara\.bin in .*voices cannot be used: it is no voice of Kokoro, or cut off: it has 100001 bytes/),
		});
	});
});

it.each<[string, Record<string, string | Buffer>, string, RegExp, RegExp]>([
	['no voices', { 'kokoro-v1.0.onnx': kokoro() }, 'VOICE_ERR_MODEL_MISSING', /lacks voices-v1\.0\.bin/, /all of its files/],
	['no model', { 'voices-v1.0.bin': ARCHIVE }, 'VOICE_ERR_MODEL_MISSING', /lacks kokoro-v1\.0\.onnx/, /all of its files/],
	['half an archive', { ...PAIR, 'voices-v1.0.bin': ARCHIVE.subarray(0, 700_000) }, 'VOICE_ERR_MODEL_BROKEN', /voices-v1\.0\.bin .*it is cut off: its end is missing/, /Fetch the file again/],
	['a web page for an archive', { ...PAIR, 'voices-v1.0.bin': '<!doctype html>' }, 'VOICE_ERR_MODEL_BROKEN', /voices-v1\.0\.bin .*web page/, /\/resolve\//],
	['an empty archive', { ...PAIR, 'voices-v1.0.bin': '' }, 'VOICE_ERR_MODEL_BROKEN', /voices-v1\.0\.bin .*it is empty/, /again/],
	['an archive without voices', { ...PAIR, 'voices-v1.0.bin': writeNpz({}) }, 'VOICE_ERR_MODEL_BROKEN', /no archive of Kokoro's voices|no voice in it/, /Fetch/],
	['arrays of another shape', { ...PAIR, 'voices-v1.0.bin': writeNpz({ a: { shape: [1, 256], data: new Float32Array(256) } }) }, 'VOICE_ERR_MODEL_BROKEN', /a has the shape 1 x 256/, /again/],
	['arrays of another kind', { ...PAIR, 'voices-v1.0.bin': writeNpz({ a: { ...style(1), kind: '<f8' } }) }, 'VOICE_ERR_MODEL_BROKEN', /a as <f8/, /again/],
	['another model', { 'joe.onnx': encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input', type: 'int64', dims: [1] }], outputs: [] }), 'voices-v1.0.bin': ARCHIVE }, 'VOICE_ERR_MODEL_BROKEN', /joe\.onnx .*it is no Kokoro: it takes input instead/, /own \.onnx/],
	['half a model', { ...PAIR, 'kokoro-v1.0.onnx': kokoro().subarray(0, 60) }, 'VOICE_ERR_MODEL_BROKEN', /kokoro-v1\.0\.onnx .*cut off/, /again/],
	['a Kitten', { 'kitten_tts_nano_v0_1.onnx': kokoro('input_ids'), 'voices.npz': ARCHIVE }, 'VOICE_ERR_MODEL_BROKEN', /a Kitten voice/, /sherpa-onnx publishes/],
	['whole numbers for the speed', { ...PAIR, 'kokoro-v1.0.onnx': kokoro('input_ids', 'int64') }, 'VOICE_ERR_MODEL_BROKEN', /another precision/, /model_quantized/],
	['two models, and it is not said which', { 'a.onnx': kokoro(), 'b.onnx': kokoro(), 'voices.bin': ARCHIVE }, 'VOICE_ERR_MODEL_MISSING', /several models.*a\.onnx, b\.onnx/, /Choose one/],
	['a Piper voice beside it', { ...PAIR, 'joe.onnx': PIPER, 'joe.onnx.json': '{}' }, 'VOICE_ERR_MODEL_MISSING', /several models.*joe\.onnx, kokoro-v1\.0\.onnx/, /Choose one/],
	['a download that was not finished', { 'kokoro-v1.0.onnx.part': kokoro() }, 'VOICE_ERR_MODEL_MISSING', /no voice in .*onnx\.part is a download that did not come to its end/, /Choose/],
	['two archives', { 'kokoro.onnx': kokoro(), 'voices-a.bin': ARCHIVE, 'voices-b.bin': ARCHIVE }, 'VOICE_ERR_MODEL_MISSING', /several models.*voices-a\.bin, voices-b\.bin/, /Choose one/],
])('refuses %s, by its name', async (_what, files, code, message, remedy) => {
	await expect(read(folderWith(files))).rejects.toMatchObject({ code, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
});

it.each([
	['', 'it', 'it'],
	['en', 'it', 'en-us'],
	['en-US', 'en', 'en'],
	['pt_BR', 'en-us', 'pt-br'],
	['zh-CN', 'en-us', 'cmn'],
	['de', 'fr', 'fr'],
	['en', '', ''],
	['fr', '', 'fr'],
])('a text in "%s" by a voice of "%s" is read in "%s"', (tag, own, read) => {
	expect(languageToRead(tag, own)).toBe(read);
});
