// Guards against: `auto` with a model that was measured to be too slow on this machine, without one that is quick enough, or
// with figures of another machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Machine } from '../machine/machine';
import { Models } from './models';
import { catalogueOf, type OwnModel } from './own-catalogue.fixture';

const HUB = [{ base: 'http://127.0.0.1:9', publisher: true }];
const file = Buffer.from('a model');
const all: OwnModel[] = [
	{ id: 'large', files: { 'large.gguf': file } },
	{ id: 'small', files: { 'small.gguf': file } },
	{ id: 'tier-voice', task: 'voice', files: { 'voice.onnx': file } },
	{ id: 'other-voice', task: 'voice', files: { 'voice.onnx': file } },
];
const fast = { loadMs: 900, firstMs: 80, holdsRealTime: true };
const slow = { ...fast, holdsRealTime: false };
const machine: Machine = { ram: 8e9, cores: 4, gpus: [] };

let folder: string;
let env: Record<string, string>;

function models(probe = machine): Models {
	return new Models(env, { probe: async () => await Promise.resolve(probe) });
}

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-tried-'));
	const catalogue = path.join(folder, 'catalogue.json');
	writeFileSync(catalogue, JSON.stringify(catalogueOf(all, HUB)));
	env = { VOICE_LOOP_MODEL_CATALOGUE: catalogue, VOICE_LOOP_MODELS: path.join(folder, 'store') };
	for (const { id, files } of all) {
		mkdirSync(path.join(folder, 'store', id), { recursive: true });
		for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, 'store', id, name), content);
	}
});
afterEach(() => rmSync(folder, { recursive: true }));

it('leaves a voice out that is too slow, and takes another one that was quick enough: at once, in a runtime that is running', async () => {
	const running = models();
	await expect(running.here()).resolves.toMatchObject({ voices: ['tier-voice', 'flite'] });
	await models().keepTrial('tier-voice', slow);
	await expect(running.here()).resolves.toMatchObject({ voices: ['flite'] });
	await models().keepTrial('other-voice', fast);
	await expect(running.here()).resolves.toMatchObject({ voices: ['other-voice', 'flite'] });
	await expect(running.usable('voice')).resolves.toMatchObject({ id: 'other-voice', why: expect.stringContaining('The tier-voice was tried here and does not hold real time') });
});

it('a language model that is too slow makes room for the next, and is still better than the pack', async () => {
	await models().keepTrial('large', slow);
	await expect(models().here()).resolves.toMatchObject({ chat: 'small' });
	await models().keepTrial('small', slow);
	await models().keepTrial('large', fast);
	await expect(models().here()).resolves.toMatchObject({ chat: 'large' });
	await models().keepTrial('large', slow);
	expect((await models().here()).chat).toBeDefined();
});

it('what another machine has measured says nothing, and a model that is removed is forgotten', async () => {
	await models().keepTrial('tier-voice', slow);
	await expect(models({ ...machine, cores: 8 }).here()).resolves.toMatchObject({ voices: ['tier-voice', 'flite'] });
	await models().remove('tier-voice');
	expect(readFileSync(path.join(folder, 'store', '.tried.json'), 'utf8')).toBe('{}');
});

it('a damaged file is as if nothing had been tried', async () => {
	writeFileSync(path.join(folder, 'store', '.tried.json'), '{"tier-voice": {"holdsRealTime": "no"}}');
	await expect(models().here()).resolves.toMatchObject({ voices: ['tier-voice', 'flite'] });
	await models().keepTrial('tier-voice', slow);
	await expect(models().here()).resolves.toMatchObject({ voices: ['flite'] });
});

describe('the language of a call', () => {
	/** As if it had been fetched: files of the right size, of nothing. */
	function fetched(...ids: string[]): Models {
		const here = new Models({ VOICE_LOOP_MODELS: path.join(folder, 'own') }, { probe: async () => await Promise.resolve({ ...machine, cores: 2 }) });
		for (const model of ids.map((id) => here.catalogue.model(id))) {
			for (const { name, bytes } of model.files) {
				const place = path.join(folder, 'own', model.id, name);
				mkdirSync(path.dirname(place), { recursive: true });
				writeFileSync(place, '.');
				truncateSync(place, bytes ?? 1);
			}
		}
		return here;
	}

	it('a voice of another language speaks in calls in that language only, and needs no trial where it is no bigger than one that suits', async () => {
		const here = fetched('piper-de-thorsten');
		await expect(here.here('de')).resolves.toMatchObject({ voices: ['piper-de-thorsten', 'flite'] });
		await expect(here.here()).resolves.toMatchObject({ voices: ['flite'] });
		await expect(here.here('fr')).resolves.toMatchObject({ voices: ['flite'] });
		await here.keepTrial('piper-de-thorsten', slow);
		await expect(here.here('de')).resolves.toMatchObject({ voices: ['flite'] });
	});

	it('the recogniser that knows the language goes first, then one that may still understand something', async () => {
		const here = fetched('zipformer-streaming-en', 'whisper-tiny');
		await expect(here.here('en')).resolves.toMatchObject({ transcribe: 'zipformer-streaming-en' });
		await expect(here.here('de')).resolves.toMatchObject({ transcribe: 'whisper-tiny' });
		await here.remove('whisper-tiny');
		await expect(here.here('de')).resolves.toMatchObject({ transcribe: 'zipformer-streaming-en' });
	});
});
