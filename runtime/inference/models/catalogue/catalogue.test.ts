// Guards against: a catalogue that points out of the store, names what it does not have, or recommends more than a
// machine can hold; and a catalogue of the user's own that is broken and ends the process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import shipped from './catalogue.json';
import { Catalogue, modelBytes, openCatalogue } from './catalogue';
import { type CatalogueData, catalogueSchema, modelTasks } from './schema';

function problems(change: (data: CatalogueData) => void): string {
	const data = catalogueSchema.parse(structuredClone(shipped));
	change(data);
	return catalogueSchema.safeParse(data).error?.message ?? '';
}
function thrownBy(act: () => unknown): unknown {
	try {
		return act();
	} catch (error) {
		return error;
	}
}
function first<T>(list: T[]): T {
	return list[0] as T;
}

describe('the shipped catalogue', () => {
	const catalogue = new Catalogue(catalogueSchema.parse(shipped));

	it('is valid, and says that nobody has fetched from it', () => {
		expect(openCatalogue({}).models).toEqual(catalogue.models);
		expect(catalogue.verified).toBe(false);
		expect(catalogue.provenance).toMatch(/not fetched any/);
	});

	it.each(catalogue.tiers)('in the tier $id names models of the right task that fit into it together', ({ models, needs }) => {
		let ram = 0;
		let gpu = 0;
		for (const task of modelTasks) {
			const id = models[task];
			if (!id) continue;
			const { memory, task: itsTask } = catalogue.model(id);
			expect(itsTask).toBe(task);
			if (memory.in === 'gpu' || (memory.in === 'either' && needs.vram > 0)) gpu += memory.bytes;
			else ram += memory.bytes;
		}
		expect(gpu).toBeLessThanOrEqual(needs.vram);
		expect(ram).toBeLessThanOrEqual(needs.ram);
	});

	it('has something for every task, and Orpheus never without its decoder', () => {
		expect(new Set(catalogue.models.map(({ task }) => task))).toEqual(new Set(modelTasks));
		for (const { models } of catalogue.tiers) expect(Boolean(models.orpheus)).toBe(Boolean(models.snac));
	});

	it.each(catalogue.models)('of $id knows every licence and a rough size', (model) => {
		expect(catalogue.licencesOf(model)).toHaveLength(model.licences.length);
		expect(modelBytes(model)).toBeGreaterThan(1_000_000);
	});

	it('asks to accept the licences of Llama, and those of what was made from it', () => {
		const asked = catalogue.models.filter((model) => catalogue.licencesOf(model).some(({ mustAccept }) => mustAccept)).map(({ task }) => task);
		expect(new Set(asked)).toEqual(new Set(['chat', 'orpheus', 'voice']));
	});

	it('pins what has a checksum to a commit or a version, never to a branch', () => {
		for (const model of catalogue.models) {
			for (const { sha256, md5, from = model.from } of model.files) {
				if (sha256 !== null) expect(from.revision).toMatch(/^[0-9a-f]{40}$/);
				if (md5 !== undefined) expect(from.revision).toMatch(/^v\d+\.\d+\.\d+$/);
			}
		}
	});

	it.each(['de', 'en', 'es', 'fr', 'it', 'nl', 'pl', 'pt'])('has a Piper voice for %s, with the espeak-ng data that reads it, at a size that a machine of two cores carries', (language) => {
		const small = catalogue.tiers.at(-1);
		const voice = catalogue.models.find(({ task, id, languages }) => task === 'voice' && id.startsWith('piper-') && languages?.includes(language));
		const names = voice?.files.map(({ name }) => name) ?? [];
		expect(names.filter((name) => name.endsWith('.onnx')).map((name) => `${name}.json`)).toEqual(names.filter((name) => name.endsWith('.onnx.json')));
		for (const name of ['phontab', 'phonindex', 'phondata', 'intonations', `${language}_dict`]) expect(names).toContain(`espeak-ng-data/${name}`);
		expect(names.some((name) => new RegExp(`^espeak-ng-data/lang/[a-z]{3}/${language}`).test(name))).toBe(true);
		expect(voice?.licences).toContain('gpl-3.0');
		expect(small?.needs.cores).toBe(2);
		expect(voice?.memory.bytes).toBeLessThanOrEqual(catalogue.model(small?.models.voice ?? '').memory.bytes);
	});

	it('lists what there is to whoever asks for something else', () => {
		const act = (): unknown => catalogue.model('gpt');
		expect(act).toThrow(/no model "gpt".*llama-3\.2-1b/);
		expect(thrownBy(act)).toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});
});

describe('the schema refuses', () => {
	const file = (data: CatalogueData) => first(first(data.models).files);
	it.each<[string, (data: CatalogueData) => void, RegExp]>([
		['a file above the store', (data) => (file(data).name = '../x.gguf'), /not a plain relative path/],
		['a file at an absolute path', (data) => (file(data).name = '/etc/passwd'), /not a plain relative path/],
		['a hidden file', (data) => (file(data).name = '.bashrc'), /not a plain relative path/],
		['a path with a query', (data) => (file(data).name = 'x.gguf?a=b'), /not a plain relative path/],
		['a backslash', (data) => (file(data).name = '..\\x'), /not a plain relative path/],
		['names of our own files', (data) => (file(data).name = 'x.receipt.json'), /reserved for the store/],
		['a repository with more than two steps', (data) => (first(data.models).from.repo = 'a/../../b'), /Invalid/],
		['a revision that is a path', (data) => (first(data.models).from.revision = '../main'), /Invalid/],
		['half a checksum', (data) => (file(data).sha256 = 'abc'), /Invalid/],
		['an id that is a path', (data) => (first(data.models).id = 'a/b'), /Invalid/],
		['a model twice', (data) => void data.models.push(first(data.models)), /listed twice/],
		['a file twice', (data) => void first(data.models).files.push(file(data)), /twice/],
		['an unknown licence', (data) => (first(data.models).licences = ['beer']), /no licence beer/],
		['a licence from the object itself', (data) => (first(data.models).licences = ['constructor']), /no licence constructor/],
		['a tier with an unknown model', (data) => (first(data.tiers).models.chat = 'gpt'), /not a model for chat/],
		['a tier with a model for something else', (data) => (first(data.tiers).models.chat = 'whisper-tiny'), /not a model for chat/],
	])('%s', (_, change, reason) => {
		expect(problems(change)).toMatch(reason);
	});
});

describe('a catalogue of the user\'s own', () => {
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-catalogue-'));
		file = path.join(folder, 'catalogue.json');
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('takes the place of ours', () => {
		const data: CatalogueData = { ...catalogueSchema.parse(shipped), models: [], tiers: [], verified: true };
		writeFileSync(file, JSON.stringify(data));
		expect(openCatalogue({ VOICE_LOOP_MODEL_CATALOGUE: file }).models).toEqual([]);
	});

	it.each([['not there', undefined], ['no JSON', '{'], ['of another shape', '{"models": []}']])('that is %s is named in the error', (_, text) => {
		if (text !== undefined) writeFileSync(file, text);
		const error = thrownBy(() => openCatalogue({ VOICE_LOOP_MODEL_CATALOGUE: file }));
		expect(error).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(file) });
	});
});
