// Guards against: a Piper voice as everybody has it, two files, that is refused; and a wrong file that is taken in silence.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readOnnxMetadata } from '../../workers/onnx/metadata';
import { encodeOnnx } from '../../workers/onnx/onnx-writer';
import { readVoiceModel, type VoiceModel } from './voice-model';

const root = mkdtempSync(path.join(os.tmpdir(), 'plain-piper-'));
afterAll(() => rmSync(root, { recursive: true }));

const CONFIG = {
	audio: { sample_rate: 22_050, quality: 'medium' },
	espeak: { voice: 'en-us' },
	phoneme_id_map: { _: [0], ' ': [3], a: [14], 'æ': [39] },
	num_speakers: 1,
	speaker_id_map: {},
	language: { name_english: 'English' },
	dataset: 'joe',
};
const MODEL = encodeOnnx({ nodes: [], tensors: [], inputs: [], outputs: [] });

let folders = 0;
function folderWith(files: Readonly<Record<string, string | Buffer | object>>): string {
	const folder = path.join(root, `voice-${folders++}`);
	mkdirSync(folder);
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
		writeFileSync(path.join(folder, name), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
	}
	return folder;
}

/** espeak-ng's data, as far as it is looked at. */
function phonemes(...languages: readonly string[]): Record<string, string> {
	const names = ['phontab', 'phonindex', 'phondata', 'intonations', ...languages.map((language) => `${language}_dict`), 'lang/x'];
	return Object.fromEntries(names.map((name) => [`espeak-ng-data/${name}`, '']));
}

async function read(place: string, env: NodeJS.ProcessEnv = {}, models = path.join(root, 'models')): Promise<VoiceModel> {
	return await readVoiceModel(place, { prepared: path.join(root, 'prepared'), models, env });
}

const PAIR = { 'en_US-joe-medium.onnx': MODEL, 'en_US-joe-medium.onnx.json': CONFIG, ...phonemes('en') };

it.each(['folder', 'file'])('makes what sherpa needs of a voice that is named by its %s, beside nobody\'s files', async (what) => {
	const folder = folderWith(PAIR);
	const before = readdirSync(folder);
	const { files, names } = await read(what === 'folder' ? folder : path.join(folder, 'en_US-joe-medium.onnx'));
	expect(names).toEqual(['joe']);
	expect(readdirSync(folder)).toEqual(before);
	expect(files.vits?.dataDir).toBe(path.join(folder, 'espeak-ng-data'));
	expect(readFileSync(files.vits?.tokens ?? '', 'utf8')).toBe('_ 0\n  3\na 14\næ 39\n');
	const about = await readOnnxMetadata(files.vits?.model ?? '');
	expect(Object.fromEntries(about)).toEqual({ model_type: 'vits', comment: 'piper', language: 'English', voice: 'en-us', has_espeak: '1', n_speakers: '1', sample_rate: '22050' });
	expect(readFileSync(files.vits?.model ?? '').subarray(0, MODEL.length)).toEqual(MODEL);
});

it.each([
	['as its maker wants', { noise_scale: 0.333, length_scale: 1.25, noise_w: 0 }, { noise: { noiseScale: 0.333, noiseScaleW: 1e-12 }, pace: 0.8 }],
	['as Piper does where its maker says nothing', undefined, { noise: { noiseScale: 0.667, noiseScaleW: 0.8 }, pace: 1 }],
])('speaks %s', async (_what, inference, manner) => {
	expect((await read(folderWith({ ...PAIR, 'en_US-joe-medium.onnx.json': { ...CONFIG, inference } }))).manner).toEqual(manner);
});

/** As Piper's are made, with what they are given. */
const REAL = encodeOnnx({ nodes: [], tensors: [], inputs: ['input', 'input_lengths', 'scales'].map((name) => ({ name, type: name === 'scales' ? 'float' : 'int64', dims: [1] })), outputs: [] });
const OTHER = encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input_features', type: 'float', dims: [1] }, { name: 'other', type: 'float', dims: [1] }], outputs: [] });

it.each<[string, Record<string, Buffer | object | string>, string]>([
	['in capital letters', { 'JOE.ONNX': REAL, 'JOE.ONNX.JSON': CONFIG }, 'JOE.ONNX.JSON'],
	['with a configuration named after the voice', { 'joe.onnx': REAL, 'joe.json': CONFIG }, 'joe.onnx'],
	['with a configuration as a browser has renamed it', { 'joe.onnx': REAL, 'joe.onnx (1).json': CONFIG, 'other.json': { a: 1 } }, 'joe.onnx'],
	['with config.json', { 'model.onnx': REAL, 'config.json': CONFIG }, 'model.onnx'],
	['with what Macs leave beside it', { 'joe.onnx': REAL, 'joe.onnx.json': CONFIG, '._joe.onnx': 'x', '._joe.onnx.json': 'x' }, 'joe.onnx'],
	['in a folder with spaces and signs', { 'Größe 😀.onnx': REAL, 'Größe 😀.onnx.json': CONFIG }, 'Größe 😀.onnx'],
])('takes a pair %s', async (_what, files, name) => {
	const folder = folderWith({ ...files, ...phonemes('en') });
	for (const place of [folder, path.join(folder, name)]) expect((await read(place)).names).toEqual(['joe']);
});

it.each<[string, Record<string, Buffer | object | string>, RegExp]>([
	['its configuration alone', { 'joe.onnx.json': CONFIG }, /lacks joe\.onnx: it contains/],
	['a download that has not ended', { 'joe.onnx.json': CONFIG, 'joe.onnx.part': 'x' }, /lacks joe\.onnx.* joe\.onnx\.part is a download that did not come to its end/],
	['a folder under the model\'s name', { 'joe.onnx.json': CONFIG, 'joe.onnx/joe.onnx': REAL }, /lacks joe\.onnx: it contains .*joe\.onnx\.json, joe\.onnx\/.* There is a model in a folder inside it: .*\/joe\.onnx\./],
	['two that may be its configuration', { 'joe.onnx': REAL, 'a.json': CONFIG, 'b.json': CONFIG }, /lacks joe\.onnx\.json/],
	['another model', { 'joe.onnx': OTHER, 'joe.onnx.json': CONFIG }, /joe\.onnx .*it is no Piper voice, though joe\.onnx\.json is beside it: it takes input_features, other/],
	['a web page for its configuration', { 'joe.onnx': REAL, 'joe.onnx.json': '<!doctype html>' }, /joe\.onnx\.json .*it is a web page/],
	['half of its configuration', { 'joe.onnx': REAL, 'joe.onnx.json': JSON.stringify(CONFIG).slice(0, 90) }, /it is no JSON, or cut off/],
	['an archive under its name', { 'joe.onnx': Buffer.concat([Buffer.from('x/joe.onnx'.padEnd(257, '\0')), Buffer.from('ustar\x0000')]), 'joe.onnx.json': CONFIG }, /joe\.onnx .*it is an archive/],
	['a voice further down', { 'README.md': 'x', 'en/joe/joe.onnx': REAL, 'en/joe/joe.onnx.json': CONFIG }, /no voice in .* There is a model in a folder inside it: .*\/en\/joe\./],
])('refuses %s, and says what there is', async (_what, files, message) => {
	await expect(read(folderWith({ ...files, ...phonemes('en') }))).rejects.toMatchObject({ code: expect.stringMatching(/^VOICE_ERR_MODEL_(?:MISSING|BROKEN)$/), message: expect.stringMatching(message), remedy: expect.stringMatching(/\w/) });
});

it('makes it once, also for two at a time, and anew when a file was replaced', async () => {
	const folder = folderWith(PAIR);
	const [one, other] = await Promise.all([read(folder), read(folder)]);
	expect(other.files).toEqual(one.files);
	utimesSync(path.join(folder, 'en_US-joe-medium.onnx'), 1, 1);
	const replaced = await read(folder);
	expect(replaced.files.vits?.model).not.toBe(one.files.vits?.model);
	// The old copy is gone, and no half-made one is left.
	const [own = ''] = path.basename(path.dirname(replaced.files.vits?.model ?? '')).split(/-[0-9a-f]{12}$/);
	expect(readdirSync(path.join(root, 'prepared')).filter((name) => name.startsWith(own))).toHaveLength(1);
	expect(readdirSync(path.join(root, 'prepared')).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it.each([
	['in any order', { num_speakers: 2, speaker_id_map: { adam: 1, zoe: 0 } }, ['zoe', 'adam']],
	['with a number that no name stands for', { num_speakers: 4, speaker_id_map: { zoe: 0, adam: 2 } }, ['zoe', '1', 'adam', '3']],
	['with two names for one', { num_speakers: 2, speaker_id_map: { zoe: 0, zoë: 0, adam: 1 } }, ['zoe', 'adam']],
	['without names', { num_speakers: 3, speaker_id_map: {} }, ['0', '1', '2']],
	['more than it says it has', { num_speakers: 1, speaker_id_map: { zoe: 0, adam: 1 } }, ['zoe', 'adam']],
])('names several speakers by their numbers: %s', async (_what, speakers, names) => {
	const folder = folderWith({ ...PAIR, 'en_US-joe-medium.onnx.json': { ...CONFIG, ...speakers } });
	expect((await read(folder)).names).toEqual(names);
});

it('takes one of two voices in a folder by its file, and refuses to choose between them', async () => {
	const folder = folderWith({ ...PAIR, 'de_DE-eva-low.onnx': MODEL, 'de_DE-eva-low.onnx.json': { ...CONFIG, dataset: 'eva' } });
	expect((await read(path.join(folder, 'de_DE-eva-low.onnx'))).names).toEqual(['eva']);
	await expect(read(folder)).rejects.toMatchObject({ message: expect.stringMatching(/several models.*de_DE-eva-low\.onnx, en_US-joe-medium\.onnx/) });
});

describe('espeak-ng\'s data', () => {
	const bare = { 'v.onnx': MODEL, 'v.onnx.json': { ...CONFIG, espeak: { voice: 'xx' } } };
	it.each([
		['beside the voice', async () => await read(folderWith({ ...bare, ...phonemes('xx') })), undefined],
		['from the setting', async (data: string) => await read(folderWith(bare), { VOICE_LOOP_ESPEAK_DATA: path.join(data, 'espeak-ng-data') }), true],
		['from the folder above, as a setting', async (data: string) => await read(folderWith(bare), { VOICE_LOOP_ESPEAK_DATA: data }), true],
		['from a fetched model', async (data: string) => await read(folderWith(bare), {}, path.dirname(data)), true],
	])('is found %s', async (_where, open, elsewhere) => {
		const data = folderWith(phonemes('xx'));
		const { folder, files } = await open(data);
		if (elsewhere) expect(files.vits?.dataDir).not.toContain(folder);
		expect(readdirSync(files.vits?.dataDir ?? '')).toContain('xx_dict');
	});

	it('is passed over where it cannot read the language, and the refusal says what helps', async () => {
		await expect(read(folderWith({ ...bare, ...phonemes('en') }))).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: expect.stringContaining('none for "xx"'),
			remedy: expect.stringMatching(/beside the voice.*VOICE_LOOP_ESPEAK_DATA.*fetch/),
		});
	});
});

it.each([
	['a configuration that is none', { ...PAIR, 'en_US-joe-medium.onnx.json': 'half of' }, 'VOICE_ERR_MODEL_BROKEN', /not the configuration of a Piper voice/],
	['another JSON', { ...PAIR, 'en_US-joe-medium.onnx.json': { audio: {} } }, 'VOICE_ERR_MODEL_BROKEN', /audio.sample_rate/],
	['a voice that reads letters', { ...PAIR, 'en_US-joe-medium.onnx.json': { ...CONFIG, phoneme_type: 'text' } }, 'VOICE_ERR_MODEL_BROKEN', /reads text, not espeak/],
])('refuses %s', async (_what, files, code, why) => {
	await expect(read(folderWith(files))).rejects.toMatchObject({ code, message: expect.stringMatching(why) });
});

it('refuses to choose between a voice and half of another', async () => {
	await expect(read(folderWith({ ...PAIR, 'amy.onnx': MODEL }))).rejects.toMatchObject({ message: expect.stringMatching(/several models.*en_US-joe-medium\.onnx, amy\.onnx/) });
});

it('names the half of a pair that is missing', async () => {
	const inputs = ['input', 'input_lengths', 'scales'].map((name) => ({ name, type: 'float' as const, dims: [1] }));
	const folder = folderWith({ 'en_US-joe-medium.onnx': encodeOnnx({ nodes: [], tensors: [], inputs, outputs: [] }), 'MODEL_CARD': 'x' });
	for (const place of [folder, path.join(folder, 'en_US-joe-medium.onnx')]) {
		await expect(read(place)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('lacks en_US-joe-medium.onnx.json') });
	}
});

it.each(['vits', 'matcha'])('sherpa-onnx\'s own folder without the data of espeak-ng is refused with what helps: %s', async (kind) => {
	const model = encodeOnnx({ nodes: [], tensors: [], inputs: [], outputs: [], metadata: { model_type: kind, has_espeak: '1', voice: 'xx' } });
	const folder = folderWith({ 'model.onnx': model, 'tokens.txt': 'a 0\n', ...(kind === 'matcha' ? { 'vocos-22khz-univ.onnx': model } : {}) });
	await expect(read(folder)).rejects.toMatchObject({ message: expect.stringContaining('none for "xx"'), remedy: expect.stringMatching(/beside the voice.*VOICE_LOOP_ESPEAK_DATA.*fetch/) });
});

it('says that a file is no model, and that a place is empty', async () => {
	const folder = folderWith({ ...PAIR, 'README.md': 'hello' });
	await expect(read(path.join(folder, 'README.md'))).rejects.toMatchObject({ message: expect.stringContaining('is not an .onnx file') });
	await expect(read(path.join(folder, 'nothing.onnx'))).rejects.toMatchObject({ message: expect.stringContaining('There is no file or folder at') });
});
