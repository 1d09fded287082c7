// Guards against: a file that ends the process because it was approved when it was another, and a first caller who waits for a check that was made before.
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GgufCheck } from './gguf-check';
import { modelFile } from './resolve';
import { ApprovedFiles } from './store/approved-files';

let folder: string;
let model: string;
let entry: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-check-'));
	model = path.join(folder, 'model.gguf');
	entry = path.join(folder, 'probe.js');
	writeFileSync(path.join(folder, 'tries'), '');
	writeFileSync(model, 'GGUF good');
	writeFileSync(entry, `
		const { appendFileSync, readFileSync } = require('node:fs');
		appendFileSync(__dirname + '/tries', '.');
		const ok = readFileSync(process.argv[2], 'utf8').includes('good');
		process.send({ ok, why: 'it is damaged.' }, () => process.exit(0));`);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As after a start. */
async function approve(opener = 'llama 1'): Promise<void> {
	await new GgufCheck(new ApprovedFiles(folder, opener), entry).approve(await modelFile(model));
}

const tries = (): number => readFileSync(path.join(folder, 'tries'), 'utf8').length;

test('a file that was opened without harm is not tried again after a start', async () => {
	await approve();
	await approve();
	expect(tries()).toBe(1);
});

test('it is tried again when it has changed, or when another version opens it', async () => {
	await approve();
	utimesSync(model, new Date(), new Date(Date.now() + 5000));
	await approve();
	await approve('llama 2');
	expect(tries()).toBe(3);
});

test('a damaged file is refused after each start: it may be mended by another version', async () => {
	writeFileSync(model, 'GGUF bad');
	for (let start = 1; start <= 2; start++) {
		await expect(approve()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringContaining('it is damaged') });
		expect(tries()).toBe(start);
	}
});

test('a folder that cannot be written to only costs the check', async () => {
	const check = new GgufCheck(new ApprovedFiles(path.join(model, 'no-folder'), 'llama 1'), entry);
	await expect(check.approve(await modelFile(model))).resolves.toBeUndefined();
});
