// Guards against: two processes that write the same file, a lock that outlives its process, and one that a living
// process loses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ModelLock } from './model-lock';

let folder: string;
let file: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-lock-'));
	file = path.join(folder, 'model.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const taken: ModelLock[] = [];
async function take(): Promise<ModelLock | undefined> {
	const lock = await ModelLock.take(file);
	if (!(lock instanceof ModelLock)) return undefined;
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
	expect(await ModelLock.take(file)).toMatchObject({ pid: process.pid, host: os.hostname() });
	await lock?.stillOurs();
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
		await lock?.stillOurs();
		jest.setSystemTime(Date.now() + 60_000);
		await expect(lock?.stillOurs()).rejects.toMatchObject({ code: 'VOICE_ERR_DOWNLOAD_FAILED', message: expect.stringContaining('taken this download over') });
		await lock?.release();
		expect(existsSync(file)).toBe(true);
		expect(readFileSync(file, 'utf8')).toContain('theirs');
	} finally {
		jest.useRealTimers();
	}
});
