// Guards against: `npm run shape` passing a house that is out of shape, because it does not see a form of import or export.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Rooms } from './checks.ts';
import { readHouse } from './house.ts';
import { reportOn } from './report.ts';

/** Those of the real house. Jest itself cannot load that file: it is ESM. */
const rooms = JSON.parse(
	execFileSync(process.execPath, ['--input-type=module', '-e', `import { rooms } from ${JSON.stringify(pathToFileURL(path.join(__dirname, 'rooms.mjs')).href)}; console.log(JSON.stringify(rooms));`], { encoding: 'utf8' }),
) as Rooms;

let root: string;
beforeEach(() => (root = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-shape-'))));
afterEach(() => rmSync(root, { recursive: true }));

const LONG = Array.from({ length: 30 }, (_, line) => `// line ${line}`).join('\n');

function make(files: Readonly<Record<string, string>>, padding = LONG): void {
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
		writeFileSync(path.join(root, file), `${text}\n${padding}\n`);
	}
}

/** Makes these files beside those that are there, no tiny ones. @returns what is wrong with all of them */
function failuresOf(files: Readonly<Record<string, string>>): string[] {
	make(files);
	return reportOn(readHouse(root), rooms).failures.map(({ what, where, remedy }) => [what, ...where, remedy].join('\n'));
}

/** `npm run shape` on what is there. */
function runShape(): { code: number | null; output: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, 'main.mjs'), root], { encoding: 'utf8' });
	expect(stderr).toBe('');
	return { code: status, output: stdout };
}

const tree = {
	'runtime/lib/clock.ts': 'export class Clock {}',
	'runtime/gateway/calls/call.ts': `import { Clock } from '../../lib/clock';\nexport async function open() { await new Clock(); }`,
	'runtime/gateway/calls/call.test.ts': `import { open } from './call';\nopen();`,
};

it('is content with a house in shape, counts, and ends with 1 when something is wrong', () => {
	make(tree);
	const { code, output } = runShape();
	expect(code).toBe(0);
	expect(output).toMatch(/^production files in runtime +2$/m);
	expect(output).toMatch(/^of 20 lines or fewer +0 \(0\.0 %, at most 6 %\)$/m);
	expect(output).toMatch(/^runtime\/gateway +1 +32 +32 +0 +1\.00$/m);
	expect(output).not.toContain('✗');
	make({ 'runtime/lib/clock.ts': `import type { Own } from './own';\nexport class Clock {}`, 'runtime/lib/own.ts': `import type { Clock } from './clock';` });
	const second = runShape();
	expect(second.code).toBe(1);
	expect(second.output).toMatch(/✗ .* circle.*\n +runtime\/lib\/clock\.ts -> runtime\/lib\/own\.ts -> runtime\/lib\/clock\.ts\n +Move what/);
});

describe('circles', () => {
	it.each([
		['of types', `import type { B } from './b';`, `import type { A } from './a';`],
		['of types within braces', `import { type B } from './b';`, `import { A } from './a';`],
		['of a type by import()', `type B = import('./b').B;`, `import type { A } from './a';`],
		['of a dynamic import', `const later = async () => await import('./b.js');`, `import { A } from './a';`],
		['of a require', `const later = () => require('./b');`, `import { A } from './a';`],
		['of re-exports', `export * from './b';`, `export { A } from './a';`],
		['of types passed on', `export type { B } from './b';`, `import './a';`],
		['through a folder', `import { B } from './b.ts';`, `import { C } from './c';`],
	])('sees one %s', (_, a, b) => {
		const failures = failuresOf({ 'runtime/audio/a.ts': a, 'runtime/audio/b.ts': b, 'runtime/audio/c/index.ts': `import '../a';` });
		expect(failures).toHaveLength(1);
		expect(failures[0]).toContain('runtime/audio/a.ts -> runtime/audio/b.ts -> ');
		expect(failures[0]).toContain('Move what both sides need');
	});

	it('tells each of two apart', () => {
		const circle = { 'a.ts': `import './b';`, 'b.ts': `import './c';`, 'c.ts': `import './a';` };
		const at = (folder: string) => Object.fromEntries(Object.entries(circle).map(([name, text]) => [`${folder}/${name}`, text]));
		expect(failuresOf({ ...at('runtime/audio'), ...at('nodes') }).map((failure) => failure.split('\n')[1])).toEqual([
			'runtime/audio/a.ts -> runtime/audio/b.ts -> runtime/audio/c.ts -> runtime/audio/a.ts',
			'nodes/a.ts -> nodes/b.ts -> nodes/c.ts -> nodes/a.ts',
		]);
	});
});

describe('upward arrows', () => {
	it.each([
		['a value', `import { open } from '../gateway/calls/call';`],
		['a type', `import type { open } from '../gateway/calls/call';`],
		['a dynamic import', `const later = async () => await import('../gateway/calls/call');`],
	])('sees %s', (_, text) => {
		const failures = failuresOf({ ...tree, 'runtime/media/main.ts': text });
		expect(failures).toEqual([expect.stringContaining('runtime/media/main.ts -> runtime/gateway/calls/call.ts')]);
	});

	it('sees a room of which a single file is allowed', () => {
		const files = { ...tree, 'runtime/lib/log.ts': '', 'nodes/a.ts': `import '../runtime/lib/clock';`, 'nodes/b.ts': `import '../runtime/lib/log';` };
		expect(failuresOf(files)).toEqual([expect.stringContaining('nodes/b.ts -> runtime/lib/log.ts')]);
	});

	it('sees one that leads out of the house, and a file in no room', () => {
		const files = { ...tree, 'bench/report.ts': '', 'runtime/lib/out.ts': `import '../../bench/report';`, 'runtime/new/room.ts': '' };
		const failures = failuresOf(files);
		expect(failures).toEqual([expect.stringContaining('runtime/lib/out.ts -> bench/report.ts'), expect.stringContaining('runtime/new/room.ts')]);
	});
});

describe('names', () => {
	it.each(['export class Turn {}', 'export interface Turn {}', 'export type Turn = 1;', 'export const [, { is: Turn }] = [];', 'export enum Turn {}', 'class T {}\nexport { T as Turn };'])(
		'sees a second %s',
		(second) => {
			const failures = failuresOf({ 'runtime/audio/a.fixture.ts': 'export function Turn() {}', 'nodes/b.ts': second });
				expect(failures).toEqual([expect.stringMatching(/The name Turn .*\n.*runtime\/audio\/a\.fixture\.ts\n.*nodes\/b\.ts/)]);
		},
	);

	it('minds neither overloads nor what is passed on nor what is not exported', () => {
		const files = {
			'runtime/audio/a.ts': 'export function turn(a: 1): void;\nexport function turn(a: 2): void;\nexport function turn() {}',
			'runtime/audio/b.ts': `export { turn } from './a';`,
			'runtime/audio/c.ts': `import { turn } from './a';\nexport { turn };`,
			'runtime/audio/d.ts': 'const turn = 1;',
			'runtime/audio/e.test.ts': 'export const turn = 1;',
		};
		expect(failuresOf(files)).toEqual([]);
	});
});

it('sees too many tiny files, and allows a few', () => {
	const files = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`runtime/audio/n${n}.ts`, '']));
	make({ 'runtime/audio/tiny.ts': '' }, LONG.split('\n').slice(0, 19).join('\n'));
	const failures = failuresOf(files(15));
	expect(failures).toEqual([expect.stringMatching(/6\.3 % .*\n.*runtime\/audio\/tiny\.ts \(20 lines\)\n/)]);
	expect(failuresOf(files(16))).toEqual([]);
});

describe('files that wait and that no test reaches', () => {
	const waiting = 'export async function wait() { await 0; }';
	const missed = (files: Readonly<Record<string, string>>): string[] => failuresOf(files).flatMap((failure) => failure.split('\n').slice(1, -1));

	it.each([
		waiting,
		'export async function wait() { for await (const a of []) a; }',
		'export const wait = () => setTimeout(() => 0, 1);',
		'export const wait = () => globalThis.setInterval(() => 0, 1);',
		'export const wait = () => setImmediate(() => 0);',
		`import { setTimeout as sleep } from 'node:timers/promises';\nexport const wait = sleep(1);`,
	])('sees %s', (text) => {
		expect(missed({ 'runtime/rpc/a.ts': text, 'runtime/rpc/b.ts': 'export const b = 1;' })).toEqual(['runtime/rpc/a.ts']);
	});

	it('looks at gateway, rpc and the scheduler', () => {
		const rooms = ['gateway', 'rpc', 'inference/scheduler', 'inference/chat', 'cli'];
		expect(missed(Object.fromEntries(rooms.map((room, n) => [`runtime/${room}/a.ts`, waiting.replace('wait', `wait${n}`)])))).toEqual([
			'runtime/gateway/a.ts',
			'runtime/rpc/a.ts',
			'runtime/inference/scheduler/a.ts',
		]);
	});

	it.each([
		['by itself', `import { wait } from './a';\nwait();`],
		['by way of others', `import { over } from './over.fixture';\nover();`],
		['by import()', `it('waits', async () => await import('./a'));`],
		['by extending it', `import { wait } from './a';\nclass Own extends wait<number> {}`],
	])('is content with a test that reaches it %s', (_, test) => {
		const over = `import { wait } from './a';\nexport const over = () => wait();`;
		expect(missed({ 'runtime/rpc/a.ts': waiting, 'runtime/rpc/over.fixture.ts': over, 'runtime/rpc/a.test.ts': test })).toEqual([]);
		expect(missed({ 'test/e2e/a.test.ts': `import { wait } from '../../runtime/rpc/a';\nwait();` })).toEqual([]);
	});

	it.each([
		`import type { wait } from './a';`,
		`import { type wait } from './a';`,
		`import { wait } from './a';\nlet own: typeof wait;`,
		`import { wait } from './a';\nclass Own implements wait {}`,
		`type Own = import('./a').wait;`,
		`export type { wait } from './a';`,
		`import { own } from './own.fixture';\nown();`,
	])('is not content with types: %s', (test) => {
		const own = `import type { wait } from './a';\nexport const own = (a: wait) => a;`;
		expect(missed({ 'runtime/rpc/a.ts': waiting, 'runtime/rpc/own.fixture.ts': own, 'runtime/rpc/a.test.ts': test })).toEqual(['runtime/rpc/a.ts']);
	});
});
