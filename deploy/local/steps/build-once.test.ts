// Guards against a cache that a killed set-up left half full, and against two set-ups that build into each other.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const source = pathToFileURL(path.join(__dirname, 'build-once.mjs')).href;
let folder: string;
let target: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'build-once-'));
	target = path.join(folder, 'built');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A set-up of its own; `body` is what it builds with, after it has said "building". */
function setUp(body: string): { child: ChildProcess; said(word: string): Promise<void>; ended: Promise<number | null> } {
	const script = `
		import { writeFile } from 'node:fs/promises';
		import { buildOnce } from ${JSON.stringify(source)};
		await buildOnce(process.argv[1], async (place) => { console.log('building'); ${body} }, () => console.log('waiting'));
		console.log('done');`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', script, target]);
	let output = '';
	const watchers = new Set<() => void>();
	child.stdout.on('data', (chunk: Buffer) => {
		output += chunk.toString();
		for (const watch of watchers) watch();
	});
	const said = (word: string) =>
		new Promise<void>((resolve) => {
			const watch = () => output.includes(word) && resolve();
			watchers.add(watch);
			watch();
		});
	return { child, said, ended: new Promise((resolve) => child.once('close', resolve)) };
}

const write = "await writeFile(place + '/file', 'whole');";
const forever = 'setInterval(() => {}, 1000); await new Promise(() => {});';

test('a killed set-up leaves nothing that looks built, and the next one builds it whole', async () => {
	const killed = setUp(`${write} ${forever}`);
	await killed.said('building');
	killed.child.kill('SIGKILL');
	await killed.ended;
	expect(existsSync(target)).toBe(false);

	expect(await setUp(write).ended).toBe(0);
	expect(readFileSync(path.join(target, 'file'), 'utf8')).toBe('whole');
	expect(readdirSync(folder)).toEqual(['built']);
});

test('a second set-up waits for the first and builds nothing', async () => {
	const gate = path.join(folder, 'gate');
	const untilOpen = `const { existsSync } = await import('node:fs'); while (!existsSync(${JSON.stringify(gate)})) await new Promise((go) => setTimeout(go, 20));`;
	const first = setUp(`${untilOpen} ${write}`);
	await first.said('building');
	const second = setUp("await writeFile(place + '/second', '');");
	await second.said('waiting');
	writeFileSync(gate, '');
	expect(await first.ended).toBe(0);
	expect(await second.ended).toBe(0);
	expect(readdirSync(target)).toEqual(['file']);
});

test('a build that fails leaves neither a folder nor a lock', async () => {
	expect(await setUp("await writeFile(place + '/file', 'half'); throw new Error('no network');").ended).toBe(1);
	expect(readdirSync(folder)).toEqual([]);
});
