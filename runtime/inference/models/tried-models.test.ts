// Guards against: `auto` with a model that was measured to be too slow on this machine, without one that is quick enough, or
// with figures of another machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
