// Guards against: two processes that start one runtime or write one model, a lock that outlives its process, and one
// that a living process loses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { LockFile } from './lock-file';

let folder: string;
let file: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-lock-'));
	file = path.join(folder, 'model.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const taken: LockFile[] = [];
async function take(): Promise<LockFile | undefined> {
	const lock = await LockFile.take(file);
	if (!(lock instanceof LockFile)) return undefined;
	taken.push(lock);
	return lock;
}
afterEach(async () => {
	for (const lock of taken.splice(0)) await lock.release();
});

function held(pid: number, host = os.hostname()): void {
	writeFileSync(file, JSON.stringify({ pid, host, token: 'theirs' }));
}
function age(ms: number): void {
	const then = new Date(Date.now() - ms);
	utimesSync(file, then, then);
}
/** The number of a process that has ended. */
function deadPid(): number {
	return spawnSync(process.execPath, ['-e', '']).pid;
}

it('is one process\' until it is given back', async () => {
	const lock = await take();
	expect(lock).toBeDefined();
	expect(await LockFile.take(file)).toMatchObject({ pid: process.pid, host: os.hostname() });
	expect(await lock?.isOurs()).toBe(true);
	await lock?.release();
	expect(readdirSync(folder)).toEqual([]);
	expect(await take()).toBeDefined();
});

it('has one owner however many ask at once, on a free and on a dead one', async () => {
	for (const before of [() => undefined, () => held(deadPid())]) {
		before();
		const asked = await Promise.all(Array.from({ length: 20 }, take));
		const owners = asked.filter((lock) => lock !== undefined);
		expect(owners).toHaveLength(1);
		await owners[0]?.release();
		expect(readdirSync(folder)).toEqual([]);
	}
});

it('is taken over from a process that is dead, and from what is no lock', async () => {
	held(deadPid());
	expect(await take()).toBeDefined();
	for (const text of ['', '{', '{"pid": -1, "host": "x", "token": ""}']) {
		writeFileSync(file, text);
		expect(await take()).toBeDefined();
	}
});

it('of a living process is taken over only when it has not been touched for half a minute', async () => {
	held(process.ppid);
	age(20_000);
	expect(await take()).toBeUndefined();
	age(40_000);
	expect(await take()).toBeDefined();
});

it('of another machine is judged by its age alone', async () => {
	held(deadPid(), 'elsewhere');
	expect(await take()).toBeUndefined();
	age(40_000);
	expect(await take()).toBeDefined();
});

it('that was taken over is not removed by its first owner, who learns of it', async () => {
	jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
	try {
		const lock = await take();
		held(process.pid);
		// Less than a few beats ago it was ours: no look at the disk for every piece.
		expect(await lock?.isOurs()).toBe(true);
		jest.setSystemTime(Date.now() + 60_000);
		expect(await lock?.isOurs()).toBe(false);
		await lock?.release();
		expect(existsSync(file)).toBe(true);
		expect(readFileSync(file, 'utf8')).toContain('theirs');
	} finally {
		jest.useRealTimers();
	}
});

it('is touched as long as its owner is alive, and keeps nobody from ending', async () => {
	const script = path.join(folder, 'owner.cjs');
	buildSync({ entryPoints: [path.join(__dirname, 'lock-file.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: script });
	const taking = `require(${JSON.stringify(script)}).LockFile.take(${JSON.stringify(file)})`;
	// It ends although it gave nothing back, and its lock is taken over.
	expect(spawnSync(process.execPath, ['-e', taking], { timeout: 10_000 }).status).toBe(0);
	expect(existsSync(file)).toBe(true);
	const lock = await take();
	age(20_000);
	const old = statSync(file).mtimeMs;
	await new Promise((resolve) => setTimeout(resolve, 2_500));
	expect(statSync(file).mtimeMs).toBeGreaterThan(old);
	expect(await lock?.isOurs()).toBe(true);
});
