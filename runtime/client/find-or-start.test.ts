// Guards against: several n8n processes starting several runtimes, a runtime that died being believed alive,
// a start that fails without saying why, a second one beside that of whoever keeps it running, a start on a Node that
// is too old for it, and a state file that another user planted.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { VoiceError } from '../contract/errors';
import { findOrStartRuntime, findRuntime } from './find-or-start';

/** Does what matters here of `voice-loop start`: listens, answers health to its key, writes the state file. */
const STAND_IN = `
const { createServer } = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const key = 'k'.repeat(40);
const folder = process.env.VOICE_LOOP_STATE;
fs.appendFileSync(path.join(folder, 'starts.log'), process.pid + ' ' + process.argv.slice(2).join(' ') + ' ' + (process.env.N8N_ENCRYPTION_KEY ?? 'none') + '\\n');
const server = createServer((request, response) => {
	const known = request.headers.authorization === 'Bearer ' + key && request.url === '/v1/health';
	response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
	response.end(JSON.stringify(known ? { ok: true, version: '0', sessions: 0, media: 'ready', inference: 'ready' } : {}));
});
server.listen(0, '127.0.0.1', () => {
	const url = 'http://127.0.0.1:' + server.address().port;
	const state = { url, key, pid: process.pid, version: '0', startedAt: new Date().toISOString() };
	fs.writeFileSync(path.join(folder, 'draft'), JSON.stringify(state), { mode: 0o600 });
	fs.renameSync(path.join(folder, 'draft'), path.join(folder, 'runtime.json'));
});
`;

let folder: string;
let script: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-find-'));
	script = path.join(folder, 'stand-in.js');
	writeFileSync(script, STAND_IN);
	env = { ...process.env, VOICE_LOOP_STATE: path.join(folder, 'state'), N8N_ENCRYPTION_KEY: 'not for the runtime' };
});

function state(name: string): string {
	return path.join(folder, 'state', name);
}
function starts(): string[] {
	return existsSync(state('starts.log')) ? readFileSync(state('starts.log'), 'utf8').trim().split('\n') : [];
}
function pids(): number[] {
	return starts().map((line) => Number(line.split(' ')[0]));
}

async function ended(pid: number): Promise<void> {
	for (;;) {
		try {
			process.kill(pid, 0);
		} catch {
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

async function kill(pid: number): Promise<void> {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		return;
	}
	await ended(pid);
}

afterEach(async () => {
	for (const pid of pids()) await kill(pid);
	rmSync(folder, { recursive: true, force: true });
});

async function exitOf(child: ChildProcess): Promise<number | null> {
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

test('six processes at once start one runtime and all find it', async () => {
	const bundle = path.join(folder, 'find-or-start.cjs');
	buildSync({ entryPoints: [path.join(__dirname, 'find-or-start.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: bundle });
	const asks = `require(${JSON.stringify(bundle)}).findOrStartRuntime({ env: process.env, script: ${JSON.stringify(script)} })
		.then(({ url }) => { process.stdout.write(url); process.exit(0); }, (error) => { console.error(error); process.exit(1); })`;
	const children = Array.from({ length: 6 }, () => spawn(process.execPath, ['-e', asks], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
	const urls = children.map(() => '');
	children.forEach((child, index) => child.stdout.on('data', (data: Buffer) => (urls[index] += data.toString())));
	expect(await Promise.all(children.map(exitOf))).toEqual([0, 0, 0, 0, 0, 0]);
	expect(starts()).toHaveLength(1);
	expect(starts()[0]).toMatch(/^\d+ start --idle-exit none$/);
	expect(new Set(urls).size).toBe(1);
	expect(existsSync(state('starting.lock'))).toBe(false);
});

test('a runtime that was killed is replaced, although its state file is still there', async () => {
	const first = await findOrStartRuntime({ env, script });
	await kill(pids()[0] ?? 0);
	expect(existsSync(state('runtime.json'))).toBe(true);
	expect(await findRuntime({ env })).toBeUndefined();
	const second = await findOrStartRuntime({ env, script });
	expect(second.url).not.toBe(first.url);
	expect(starts()).toHaveLength(2);
});

test('the lock of a process that died while it started the runtime is taken over', async () => {
	const gone = spawn(process.execPath, ['-e', '']);
	await exitOf(gone);
	mkdirSync(path.join(folder, 'state'), { mode: 0o700 });
	writeFileSync(state('starting.lock'), JSON.stringify({ pid: gone.pid, host: os.hostname(), token: 'stale' }));
	await findOrStartRuntime({ env, script });
	expect(starts()).toHaveLength(1);
});

test('the lock of a living process is respected', async () => {
	mkdirSync(path.join(folder, 'state'), { mode: 0o700 });
	writeFileSync(state('starting.lock'), JSON.stringify({ pid: process.pid, host: os.hostname(), token: 'held' }));
	await expect(findOrStartRuntime({ env, script, startLimitMs: 300 })).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_START' });
	expect(starts()).toHaveLength(0);
});

test('a runtime that ends at once says why, with the end of its log', async () => {
	writeFileSync(script, 'console.error("no space left for the model"); process.exit(3);');
	const error: unknown = await findOrStartRuntime({ env, script }).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(VoiceError);
	expect((error as VoiceError).code).toBe('VOICE_ERR_RUNTIME_START');
	expect((error as VoiceError).message).toContain('code 3');
	expect((error as VoiceError).message).toContain('no space left for the model');
	expect(existsSync(state('starting.lock'))).toBe(false);
});

test('a state file or folder that others can open is refused, and nothing is started', async () => {
	await findOrStartRuntime({ env, script });
	chmodSync(state('runtime.json'), 0o644);
	await expect(findOrStartRuntime({ env, script })).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE' });
	chmodSync(state('runtime.json'), 0o600);
	chmodSync(path.join(folder, 'state'), 0o777);
	await expect(findOrStartRuntime({ env, script })).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE' });
	chmodSync(path.join(folder, 'state'), 0o700);
	await findOrStartRuntime({ env, script });
	expect(starts()).toHaveLength(1);
});

test('a broken state file is as good as none', async () => {
	mkdirSync(path.join(folder, 'state'), { mode: 0o700 });
	writeFileSync(state('runtime.json'), '{"url": "http://127.0', { mode: 0o600 });
	expect(await findRuntime({ env })).toBeUndefined();
});

test('where somebody else keeps it running, none is started: it is waited for, and then found', async () => {
	const kept = { ...env, VOICE_LOOP_AUTOSTART: 'off' };
	const refused = await findOrStartRuntime({ env: kept, script, startLimitMs: 300 }).catch((thrown: unknown) => thrown);
	expect(refused).toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE', remedy: expect.stringContaining('voice-loop start') });
	expect(starts()).toHaveLength(0);
	const waiting = findOrStartRuntime({ env: kept, script });
	const started = await findOrStartRuntime({ env, script });
	expect(await waiting).toEqual(started);
	await kill(pids()[0] ?? 0);
	await expect(findOrStartRuntime({ env: kept, script, startLimitMs: 300 })).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE' });
	expect(starts()).toHaveLength(1);
});

test("n8n's Node is too old for the runtime: it says so and names the way out, and finds one that was started there", async () => {
	const old = { env, script, nodeVersion: '20.19.0' };
	const refused = await findOrStartRuntime(old).catch((thrown: unknown) => thrown);
	expect(refused).toMatchObject({
		code: 'VOICE_ERR_RUNTIME_START',
		message: expect.stringMatching(/needs Node 22\.13 or newer.*20\.19\.0/),
		remedy: expect.stringContaining('voice-loop start'),
	});
	expect(starts()).toHaveLength(0);
	const started = await findOrStartRuntime({ env, script });
	expect(await findOrStartRuntime(old)).toEqual(started);
});
