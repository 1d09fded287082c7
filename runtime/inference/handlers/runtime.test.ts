// Guards against: a model that the command knows and the inference process does not, and a broken catalogue that takes
// the pack with it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import { writeScriptedOrpheus } from '../fixtures/orpheus-gguf.fixture';
import { writeToneVoice } from '../fixtures/tone-voice.fixture';
import { SMALL_SNAC, snacOnnx } from '../fixtures/snac-onnx.fixture';
import { ownCatalogue, type OwnModel } from '../models/own-catalogue.fixture';
import { modelPath } from '../models/resolve';

let folder: string;
let inference: InferenceProcess;
let all: OwnModel[];

function filesIn(place: string): Record<string, Buffer> {
	return Object.fromEntries(readdirSync(place, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [[entry.name, readFileSync(path.join(place, entry.name))]] : [])));
}

function put({ id, files }: OwnModel): void {
	mkdirSync(path.join(folder, 'store', id), { recursive: true });
	for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, 'store', id, name), content);
}

async function warm(wanted: { chat?: string; transcribe?: string; orpheus?: { model?: string; decoder?: string } }) {
	return await inference.client.call('warm', {
		chat: wanted.chat === undefined ? null : { model: wanted.chat },
		transcribe: wanted.transcribe === undefined ? null : { model: wanted.transcribe },
		speak: wanted.orpheus === undefined ? null : { engine: 'orpheus', orpheus: wanted.orpheus },
	}).result;
}

beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-house-'));
	const tones = path.join(folder, 'tones');
	writeToneVoice(tones, { rate: 16_000, speakers: ['bella', 'adam'] });
	const gguf = path.join(folder, 'orpheus.gguf');
	writeScriptedOrpheus(gguf, [{ frames: 3 }]);
	all = [
		{ id: 'talker', files: { 'talker.gguf': readFileSync(modelPath('pack:answer')) } },
		{ id: 'listener', task: 'transcribe', files: filesIn(modelPath('pack:listen')) },
		{ id: 'orpheus-small', task: 'orpheus', files: { 'orpheus.gguf': readFileSync(gguf) } },
		{ id: 'snac-small', task: 'snac', files: { 'snac.onnx': snacOnnx(SMALL_SNAC) } },
		{ id: 'speaker', task: 'voice', files: filesIn(tones) },
		{ id: 'absent', files: { 'absent.gguf': Buffer.from('GGUF') } },
	];
	for (const model of all.slice(0, 5)) put(model);
});
afterEach(async () => {
	expect(inference.alive).toBe(true);
	await inference.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

jest.setTimeout(120_000);

it('opens models by their ids and by auto, and says what is missing', async () => {
	inference = new InferenceProcess(ownCatalogue(folder, all, [{ base: 'http://127.0.0.1:9', publisher: true }]));
	await warm({ chat: 'talker', transcribe: 'listener', orpheus: { model: 'orpheus-small', decoder: 'snac-small' } });
	await warm({ chat: 'auto', transcribe: 'auto', orpheus: {} });
	await warm({ chat: path.join(folder, 'store/talker/talker.gguf'), transcribe: modelPath('pack:listen') });
	await expect(warm({ chat: 'absent' })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: 'Fetch it: voice-loop models fetch absent' });
	await expect(warm({ transcribe: 'talker' })).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	const { chat, transcribe } = await inference.client.call('engines', {}).result;
	expect(chat.map(({ value }) => value)).toEqual(['auto', 'pack:answer', 'talker', 'absent']);
	expect(transcribe.map(({ value }) => value)).toEqual(['auto', 'pack:listen', 'listener']);
	expect(chat[0]?.name).toBe('Auto: The talker');
});

it('without anything fetched: auto is the pack, and Orpheus names what to fetch', async () => {
	inference = new InferenceProcess({ VOICE_LOOP_MODELS: path.join(folder, 'empty') });
	await warm({ chat: 'auto', transcribe: 'auto' });
	await expect(warm({ orpheus: {} })).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_MISSING',
		remedy: expect.stringMatching(/^Fetch one: voice-loop models fetch (orpheus|snac)-/),
	});
});

it('with a broken catalogue: paths and the pack work, the rest names the file', async () => {
	const broken = path.join(folder, 'broken.json');
	writeFileSync(broken, '{');
	inference = new InferenceProcess({ VOICE_LOOP_MODEL_CATALOGUE: broken });
	await warm({ chat: 'pack:answer', transcribe: modelPath('pack:listen') });
	await expect(warm({ chat: 'auto' })).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(broken) });
	await expect(inference.client.call('engines', {}).result).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
});

it('lists the names of a model\'s voices, also of one by its path, and says why there are none', async () => {
	inference = new InferenceProcess(ownCatalogue(folder, all, [{ base: 'http://127.0.0.1:9', publisher: true }]));
	const voicesOf = async (engine: string, query = {}): Promise<unknown> =>
		(await inference.client.call('engines', query).result).speak.find(({ value }) => value === engine)?.voices.map(({ value }) => value);
	const place = path.join(folder, 'tones');
	expect(await voicesOf('speaker')).toEqual(['bella', 'adam']);
	expect(await voicesOf(place)).toBeUndefined();
	expect(await voicesOf(place, { voicesOf: place })).toEqual(['bella', 'adam']);
	expect(await voicesOf('flite', { voicesOf: 'server:gone' })).toContain('slt');
	await expect(voicesOf('', { voicesOf: path.join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('There is no file or folder at') });
});
