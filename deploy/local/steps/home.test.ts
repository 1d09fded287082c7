// Guards against a set-up that makes, or leaves, the folder of n8n's database open to other users of the machine.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

let clone: string;
let steps: string;

beforeEach(() => {
	clone = mkdtempSync(path.join(tmpdir(), 'voice-loop-clone-'));
	steps = path.join(clone, 'deploy', 'local', 'steps');
	mkdirSync(steps, { recursive: true });
	for (const file of ['home.mjs', 'paths.mjs']) copyFileSync(path.join(__dirname, file), path.join(steps, file));
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

const home = () => path.join(clone, '.voice-loop');

function setUp(): number {
	const script = `import { ensureHome } from ${JSON.stringify(pathToFileURL(path.join(steps, 'home.mjs')).href)}; process.umask(0); await ensureHome();`;
	execFileSync(process.execPath, ['--input-type=module', '-e', script]);
	return statSync(home()).mode & 0o777;
}

test('a fresh clone', () => {
	expect(setUp()).toBe(0o700);
});

test('one that an older set-up has made, with things in it', () => {
	mkdirSync(home());
	writeFileSync(path.join(home(), 'secrets.json'), '{}');
	chmodSync(home(), 0o755);
	expect(setUp()).toBe(0o700);
});
