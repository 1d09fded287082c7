// Guards against other users of the machine who read n8n's database, keys and callers' words; and against closing a folder that is not ours.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePrivateFolder } from './private-folder';

let place: string;
let folder: string;

beforeEach(() => {
	place = mkdtempSync(path.join(tmpdir(), 'private-folder-'));
	folder = path.join(place, 'deep', 'home');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const modeOf = (of: string) => statSync(of).mode & 0o777;

function existing(mode: number, ...files: string[]): void {
	mkdirSync(folder, { recursive: true });
	for (const file of files) writeFileSync(path.join(folder, file), '');
	// Not by mkdir, which takes the umask off.
	chmodSync(folder, mode);
}

test('a new one is closed to others', async () => {
	await ensurePrivateFolder(folder, []);
	expect(modeOf(folder)).toBe(0o700);
});

test.each([0o755, 0o750, 0o705, 0o777, 0o701])('one of ours with mode %o is closed', async (mode) => {
	existing(mode, 'secrets.json', 'anything');
	await ensurePrivateFolder(folder, ['secrets.json']);
	expect(modeOf(folder)).toBe(0o700);
});

test('an empty one is closed, and one that is closed stays as it is', async () => {
	existing(0o755);
	await ensurePrivateFolder(folder, []);
	expect(modeOf(folder)).toBe(0o700);
	writeFileSync(path.join(folder, 'anything'), '');
	await ensurePrivateFolder(folder, []);
	expect(modeOf(folder)).toBe(0o700);
});

test('an open one with other things in it is refused and left as it is', async () => {
	existing(0o755, 'holiday.jpg');
	await expect(ensurePrivateFolder(folder, ['secrets.json'])).rejects.toThrow(/holds files that are not ours.*VOICE_LOOP_HOME/);
	expect(modeOf(folder)).toBe(0o755);
});

test('what a link leads to is closed, and a file is refused', async () => {
	existing(0o755);
	symlinkSync(folder, path.join(place, 'link'));
	writeFileSync(path.join(place, 'file'), '');
	await ensurePrivateFolder(path.join(place, 'link'), []);
	expect(modeOf(folder)).toBe(0o700);
	await expect(ensurePrivateFolder(path.join(place, 'file'), [])).rejects.toThrow(/not a folder/);
});
