// Guards against: half a model that passes for a whole one, damage that nobody sees, and a removal that leaves something.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Catalogue } from '../catalogue/catalogue';
import { hubModelBytes } from '../download/hub.fixture';
import { catalogueOf, type OwnModel } from '../own-catalogue.fixture';
import { modelsFolder, ModelStore, readReceipt, writeReceipt } from './store';

const content = hubModelBytes(5000);
const models: OwnModel[] = [
	{ id: 'one', files: { 'one.gguf': content } },
	{ id: 'many', task: 'voice', files: { 'model.onnx': content, 'data/dict': hubModelBytes(100) }, unknown: true },
];

let folder: string;
let store: ModelStore;
const catalogue = new Catalogue(catalogueOf(models, [{ base: 'http://127.0.0.1', publisher: true }]));

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-store-'));
	store = new ModelStore(folder, catalogue);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, bytes: Buffer): string {
	const file = path.join(folder, name);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, bytes);
	return file;
}
async function receiptOf(file: string, bytes: Buffer): Promise<void> {
	return await writeReceipt(file, { bytes: bytes.length, sha256: '0'.repeat(64), from: 'hub', checked: false, at: '' });
}

describe('find', () => {
	it('gives the file of a model that is one, and the folder of a model that is many', async () => {
		const file = put('one/one.gguf', content);
		expect(await store.find('one')).toEqual({ id: 'one', path: file, bytes: 5000 });
		put('many/model.onnx', content);
		put('many/data/dict', hubModelBytes(100));
		expect(await store.find('many')).toEqual({ id: 'many', path: path.join(folder, 'many'), bytes: 5100 });
	});

	it('finds nothing of a model of which a file is missing, too short, empty, or a folder', async () => {
		expect(await store.find('unknown')).toBeUndefined();
		expect(await store.find('one')).toBeUndefined();
		put('one/one.gguf', content.subarray(1));
		expect(await store.find('one')).toBeUndefined();
		put('many/model.onnx', content);
		expect(await store.find('many')).toBeUndefined();
		const dict = put('many/data/dict', Buffer.alloc(0));
		expect(await store.find('many')).toBeUndefined();
		rmSync(dict);
		mkdirSync(dict);
		expect(await store.find('many')).toBeUndefined();
		expect((await store.missing(catalogue.model('many'))).map(({ name }) => name)).toEqual(['data/dict']);
	});

	it('goes by the receipt where the catalogue knows no size', async () => {
		const file = put('many/model.onnx', content.subarray(0, 4000));
		put('many/data/dict', hubModelBytes(100));
		expect(await store.find('many')).toBeDefined();
		await receiptOf(file, content);
		expect(await store.find('many')).toBeUndefined();
	});

	it('is not misled by a receipt that is no receipt', async () => {
		put('many/data/dict', hubModelBytes(100));
		const file = put('many/model.onnx', content);
		for (const text of ['', '{', 'null', '{"bytes": -1}']) {
			writeFileSync(`${file}.receipt.json`, text);
			expect(await readReceipt(file)).toBeUndefined();
			expect(await store.find('many')).toBeDefined();
		}
	});
});

describe('verify', () => {
	const verdicts = async (id: string) => (await store.verify(id)).map(({ verdict }) => verdict);

	it('tells good from damaged, cut and missing', async () => {
		expect(await verdicts('one')).toEqual(['missing']);
		put('one/one.gguf', content);
		expect(await verdicts('one')).toEqual(['good']);
		const flipped = Buffer.from(content);
		flipped[4000] = (flipped[4000] ?? 0) ^ 1;
		put('one/one.gguf', flipped);
		expect(await verdicts('one')).toEqual(['damaged']);
		put('one/one.gguf', content.subarray(0, 10));
		expect(await verdicts('one')).toEqual(['damaged']);
	});

	it('compares with what was fetched where the publisher\'s sum is not known', async () => {
		const file = put('many/model.onnx', content);
		put('many/data/dict', hubModelBytes(100));
		expect(await verdicts('many')).toEqual(['unknown', 'unknown']);
		await receiptOf(file, content);
		expect(await verdicts('many')).toEqual(['damaged', 'unknown']);
	});

	it('can be stopped, and refuses what is not in the catalogue', async () => {
		put('one/one.gguf', content);
		const stop = AbortSignal.abort(new Error('enough'));
		await expect(store.verify('one', { signal: stop })).rejects.toMatchObject({ name: 'AbortError' });
		await expect(store.verify('../one')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});
});

describe('remove', () => {
	it('takes away all of one model, what was begun too, and nothing of the others', async () => {
		const kept = put('many/model.onnx', content);
		put('one/one.gguf', content);
		put('one/other.part', content);
		expect(await store.remove('one')).toBe(true);
		expect(existsSync(path.join(folder, 'one'))).toBe(false);
		expect(existsSync(kept)).toBe(true);
		expect(await store.remove('one')).toBe(false);
	});

	it.each(['..', '../many', '', '/', 'unknown'])('refuses %j', async (id) => {
		const kept = put('many/model.onnx', content);
		await expect(store.remove(id)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		expect(existsSync(kept)).toBe(true);
	});
});

test.each([
	[{ VOICE_LOOP_MODELS: '/m' }, '/m'],
	[{ VOICE_LOOP_MODELS: '/m', VOICE_LOOP_CACHE: '/c' }, '/m'],
	[{ VOICE_LOOP_CACHE: '/c' }, '/c/models'],
	[{ XDG_CACHE_HOME: '/x' }, '/x/voice-loop/models'],
	[{}, path.join(os.homedir(), '.cache/voice-loop/models')],
])('models lie, with %j, in %s', (env, wanted) => {
	expect(modelsFolder(env)).toBe(wanted);
});
