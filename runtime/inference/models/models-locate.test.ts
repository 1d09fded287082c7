// Guards against: a setting whose model is not the one that was meant, a missing model without the command that brings
// it, and an `auto` that waits for a download, asks the driver each time or keeps its reason to itself.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { engines } from '../../contract/control';
import { modelTasks } from './catalogue/schema';
import { modelChoices } from './drop-down';
import { hubModelBytes } from './download/hub.fixture';
import { Models, type ModelsOptions } from './models';
import { enoughFor, ownCatalogue, type OwnModel, tooSmall } from './own-catalogue.fixture';
import { modelPath } from './resolve';

const content = hubModelBytes(1000);
const all: OwnModel[] = [
	{ id: 'best', files: { 'best.gguf': content }, licence: 'llama3.2' },
	{ id: 'other', files: { 'other.gguf': content } },
	{ id: 'orpheus-one', task: 'orpheus', files: { 'o.gguf': content } },
	{ id: 'listener', task: 'transcribe', files: { 'encoder.onnx': content, 'tokens.txt': content } },
];

let folder: string;
let env: Record<string, string>;
function models(options: ModelsOptions = { probe: enoughFor }): Models {
	return new Models(env, options);
}
function put(id: string): string {
	const files = all.find((model) => model.id === id)?.files ?? {};
	mkdirSync(path.join(folder, 'store', id), { recursive: true });
	const paths = Object.entries(files).map(([name, bytes]) => {
		const file = path.join(folder, 'store', id, name);
		writeFileSync(file, bytes);
		return file;
	});
	return paths.length === 1 ? (paths[0] ?? '') : path.join(folder, 'store', id);
}

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-locate-'));
	env = ownCatalogue(folder, all, [{ base: 'http://127.0.0.1:9', publisher: true }]);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('locate', () => {
	it('takes an absolute path as it is: file, folder, or nothing yet', async () => {
		for (const place of ['/some/model.gguf', folder]) expect(await models().locate(place, 'chat')).toBe(place);
	});

	it('needs no catalogue for a path and for what ships with the package', async () => {
		env = { VOICE_LOOP_MODEL_CATALOGUE: path.join(folder, 'nowhere.json') };
		expect(await models().locate('/some/model.gguf', 'chat')).toBe('/some/model.gguf');
		expect(await models().locate('pack:answer', 'chat')).toBe(modelPath('pack:answer'));
		await expect(models().locate('auto', 'chat')).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining('nowhere.json') });
	});

	it('finds what was fetched by its id, a file or a folder', async () => {
		const file = put('best');
		expect(await models().locate('best', 'chat')).toBe(file);
		expect(await models().locate('listener', 'transcribe').catch(() => 'not here')).toBe('not here');
		const place = put('listener');
		expect(await models().locate('listener', 'transcribe')).toBe(place);
	});

	it('names the command for what is not here', async () => {
		await expect(models().locate('best', 'chat')).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: 'The best is not on this machine.',
			remedy: 'Fetch it: voice-loop models fetch best',
		});
	});

	it('refuses a model that is for something else', async () => {
		put('listener');
		await expect(models().locate('listener', 'chat')).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: 'The listener is a speech recogniser, not a language model.' });
	});

	it.each(['', 'best.gguf', '../best', 'pack:nothing', 'toString', 'AUTO', 'store/best'])('refuses "%s"', async (name) => {
		await expect(models().locate(name, 'chat')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: expect.stringContaining('voice-loop models') });
	});
});

describe('auto', () => {
	it('is the best that is here, and takes the fetched model from then on, without a new look at the machine', async () => {
		const said: string[] = [];
		let looks = 0;
		const probe = async () => {
			looks++;
			return await enoughFor();
		};
		const ours = models({ probe, onAuto: (task, model, why) => said.push(`${task} ${path.basename(model)} ${why}`) });
		expect(await ours.locate('auto', 'chat')).toBe(modelPath('pack:answer'));
		await ours.locate('auto', 'chat');
		const file = put('best');
		expect(await ours.locate('auto', 'chat')).toBe(file);
		await Promise.all([ours.locate('auto', 'chat'), ours.locate('auto', 'chat')]);
		expect(said).toEqual([
			'chat answer.gguf The best is not here (voice-loop models fetch best). 16 GB of RAM, 8 cores and no NVIDIA GPU: the models for a machine for tests fit.',
			'chat best.gguf 16 GB of RAM, 8 cores and no NVIDIA GPU: the models for a machine for tests fit.',
		]);
		expect(looks).toBe(1);
	});

	it('is, before the pack, what somebody has fetched by its id, if it fits the memory', async () => {
		const file = put('other');
		expect(await models().locate('auto', 'chat')).toBe(file);
		expect(await models({ probe: tooSmall }).locate('auto', 'chat')).toBe(modelPath('pack:answer'));
		put('best');
		expect((await models().here()).chat).toBe('best');
	});

	it('does not take half a model', async () => {
		put('listener');
		rmSync(path.join(folder, 'store/listener/tokens.txt'));
		expect(await models().locate('auto', 'transcribe')).toBe(modelPath('pack:listen'));
	});

	it('says what to fetch where nothing ships with the package, and why', async () => {
		await expect(models().locate('auto', 'orpheus')).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: expect.stringContaining('16 GB of RAM'),
			remedy: 'Fetch one: voice-loop models fetch orpheus-one',
		});
		await expect(models({ probe: tooSmall }).locate('auto', 'orpheus')).rejects.toMatchObject({
			message: expect.stringContaining('too little for Orpheus in real time'),
			remedy: 'Fetch one: voice-loop models fetch orpheus-one',
		});
		await expect(models().locate('auto', 'snac')).rejects.toMatchObject({ remedy: expect.stringContaining('absolute path') });
	});

	it('does not advise what is too much for the machine, but lets whoever fetched it use it', async () => {
		const file = put('orpheus-one');
		const small = models({ probe: tooSmall });
		expect((await small.usable('orpheus')).model).toBeUndefined();
		expect(await small.locate('auto', 'orpheus')).toBe(file);
	});
});

describe('the choices of a drop-down', () => {
	it('are auto, the pack, what is here, what could be fetched', async () => {
		put('other');
		const list = engines.shape.chat.parse(await modelChoices(models(), 'chat'));
		expect(list.map(({ value }) => value)).toEqual(['auto', 'pack:answer', 'other', 'best']);
		expect(list[0]).toMatchObject({ name: 'Auto: The other', description: expect.stringContaining('The best would be better and is not here (voice-loop models fetch best).') });
		expect(list[2]).toMatchObject({ name: 'The other', description: 'On this machine, 1 kB.' });
		expect(list[3]).toEqual({
			value: 'best',
			name: 'The best (not fetched, 1 kB)',
			description: "1 kB, Llama 3.2 Community License. Fetch it on the runtime's machine: voice-loop models fetch best",
		});
	});

	it('say what is too big for this machine, after all that is not', async () => {
		const list = await modelChoices(models({ probe: tooSmall }), 'orpheus');
		expect(list.map(({ value }) => value)).toEqual(['auto', 'orpheus-one']);
		expect(list[0]?.name).toBe('Auto: no suitable model on this machine');
		expect(list[1]?.name).toBe('The orpheus-one (too big for this machine, 1 kB)');
		expect(list[1]?.description).toMatch(/Too big for this machine: it needs 1\.0 GB of memory\. Fetch it/);
	});

	it('name the model that auto takes, by the name that people know', async () => {
		const auto = async (task: 'chat' | 'transcribe') => (await modelChoices(models(), task))[0];
		expect(await auto('chat')).toMatchObject({ value: 'auto', name: 'Auto: offline pack (appointments only)' });
		expect((await modelChoices(models(), 'chat'))[1]?.name).toBe('Offline pack (appointments only)');
		put('listener');
		expect(await auto('transcribe')).toMatchObject({
			name: 'Auto: offline pack (appointments only)',
			description: expect.stringMatching(/no language model here to go with The listener \(voice-loop models fetch best\)/),
		});
		put('best');
		expect((await auto('chat'))?.name).toBe('Auto: The best');
		expect((await auto('transcribe'))?.name).toBe('Auto: The listener');
	});

	it('show no id of ours, nor do the reasons', async () => {
		for (const probe of [enoughFor, tooSmall]) {
			for (const task of modelTasks) {
				for (const { name, description } of await modelChoices(models({ probe }), task)) {
					expect(`${name} ${description}`).not.toMatch(/pack:|undefined/);
				}
				expect((await models({ probe }).choose(task)).why).not.toMatch(/pack:|undefined/);
				expect((await models({ probe }).usable(task)).why).not.toMatch(/pack:|undefined/);
			}
		}
	});
});
