// Guards against: a key that others can read, half a state file, and a runtime that takes its successor's away or stumbles over a broken one.
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeStateFile, writeStateFile } from './state-file';

let folder: string;
let file: string;
const state = { url: 'http://127.0.0.1:1234', key: 'k'.repeat(40), pid: process.pid, version: '1.2.3', startedAt: '2026-01-01T00:00:00.000Z' };

beforeEach(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-state-'));
	file = path.join(folder, 'state', 'runtime.json');
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const mode = async (name: string): Promise<string> => ((await stat(name)).mode & 0o777).toString(8);

it('is for its owner only, in a folder that is, too, even where that was open before', async () => {
	await mkdir(path.dirname(file), { mode: 0o755 });
	await writeStateFile(file, state);
	expect([await mode(file), await mode(path.dirname(file))]).toEqual(['600', '700']);
});

it('does not close a folder to others that may be theirs, and is not written there', async () => {
	await mkdir(path.dirname(file), { mode: 0o755 });
	await writeFile(path.join(path.dirname(file), 'somebody.sock'), '');
	await expect(writeStateFile(file, state)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', remedy: expect.stringContaining('VOICE_LOOP_STATE') });
	expect(await mode(path.dirname(file))).toBe('755');
	expect(await readdir(path.dirname(file))).toEqual(['somebody.sock']);
});

it('is written whole, over an older one, and leaves no draft', async () => {
	await writeStateFile(file, { ...state, version: '1.0.0' });
	await writeStateFile(file, state);
	expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(state);
	expect(await readdir(path.dirname(file))).toEqual(['runtime.json']);
});

it('is taken away when it is ours', async () => {
	await writeStateFile(file, state);
	await removeStateFile(file);
	expect(await readdir(path.dirname(file))).toEqual([]);
	// And once more, when it is gone.
	await removeStateFile(file);
});

it.each([
	['a successor\'s', JSON.stringify({ ...state, pid: process.pid + 1 })],
	['of another shape', '{"pid":1}'],
	['not JSON', '{'],
	['empty', ''],
])('is left alone when it is %s', async (_what, text) => {
	await writeStateFile(file, state);
	await writeFile(file, text);
	await removeStateFile(file);
	expect(await readFile(file, 'utf8')).toBe(text);
});
