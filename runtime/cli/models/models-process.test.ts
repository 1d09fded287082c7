// Guards against: a command that works only in a test's own process: two that fetch the same file, one that is killed or
// interrupted in the middle, a question in a real terminal, and a tunnel through a proxy.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfSigned } from '../../inference/models/download/certificate.fixture';
import { Hub, hubModelBytes, type Reaction } from '../../inference/models/download/hub.fixture';
import { Proxy } from '../../inference/models/download/proxy.fixture';
import { ownCatalogue, type OwnModel, serveModels } from '../../inference/models/own-catalogue.fixture';
import { packageRoot } from '../../lib/package-root';

const ENTRY = path.join(packageRoot(), 'dist', 'runtime', 'cli', 'voice-loop.js');
const LENGTH = 400_000;
const CUT = 150_000;
const talker: OwnModel = { id: 'talker', files: { 'talker.gguf': hubModelBytes(LENGTH) }, licence: 'llama3.2' };
const voice: OwnModel = { id: 'voice', task: 'voice', files: { 'model.onnx': hubModelBytes(LENGTH, 2), 'tokens.txt': hubModelBytes(100, 3) } };
const all = [talker, voice];

let folder: string;
let hub: Hub;
let env: Record<string, string>;
const running: Command[] = [];

/** A real `voice-loop models`, compiled. */
class Command {
	out = '';
	err = '';
	readonly child: ChildProcess;
	private readonly ended: Promise<number | string>;

	constructor(command: string, argv: readonly string[], more: Record<string, string> = {}) {
		this.child = spawn(command, argv, { env: { PATH: process.env.PATH, ...env, ...more } });
		this.child.stdout?.on('data', (piece: Buffer) => (this.out += piece.toString()));
		this.child.stderr?.on('data', (piece: Buffer) => (this.err += piece.toString()));
		this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal ?? '')));
		running.push(this);
	}

	async end(): Promise<{ code: number | string; out: string; err: string }> {
		const code = await this.ended;
		return { code, out: this.out.trim(), err: this.err };
	}
}

function start(argv: readonly string[], more?: Record<string, string>): Command {
	return new Command(process.execPath, [ENTRY, 'models', ...argv], more);
}
async function models(...argv: string[]) {
	return await start(argv).end();
}
function stored(name: string): string {
	return path.join(folder, 'store', name);
}

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await sleep(20);
}
function received(bytes: number): boolean {
	return existsSync(stored('talker/talker.gguf.part')) && statSync(stored('talker/talker.gguf.part')).size >= bytes;
}

beforeEach(async () => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-process-'));
	hub = await Hub.open(serveModels(all));
	env = ownCatalogue(folder, all, [{ base: hub.base, publisher: true }]);
});
afterEach(async () => {
	for (const { child } of running.splice(0)) child.kill('SIGKILL');
	await hub.close();
	rmSync(folder, { recursive: true });
});

it('lists, fetches, verifies, names and removes', async () => {
	expect(await models()).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/talker +chat +400 kB +not installed/) });
	expect(await models('fetch', 'talker', 'voice', '--yes')).toMatchObject({ code: 0, out: `${stored('talker/talker.gguf')}\n${stored('voice')}` });
	expect(await models('verify')).toMatchObject({ code: 0, out: expect.stringMatching(/talker\.gguf: verified/) });
	expect(await models('which', 'transcribe')).toMatchObject({ code: 0, out: path.join(packageRoot(), 'models/listen') });
	expect(await models('remove', 'talker')).toMatchObject({ code: 0, out: 'Removed talker.' });
	expect(await models('verify', 'talker')).toMatchObject({ code: 1, out: 'talker/talker.gguf: MISSING' });
});

it('says what is wrong in a few lines, without a stack', async () => {
	expect(await models('which')).toMatchObject({ code: 2, out: '' });
	for (const argv of [['remove', 'gpt'], ['fetch', 'gpt', '--yes'], ['fetch', 'talker']]) {
		const { code, out, err } = await models(...argv);
		expect({ code, out }).toEqual({ code: 1, out: '' });
		expect(err).toMatch(/^VOICE_ERR_\w+: .*\n.+\n$/m);
		expect(err).not.toMatch(/\n +at /);
	}
	expect(hub.requests).toEqual([]);
	env.VOICE_LOOP_OFFLINE = '1';
	expect(await models('fetch', 'talker', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining(`- ${stored('talker/talker.gguf')}  from ${hub.base}`) });
});

it('says that its folder cannot be written, as what it is, and still lists', async () => {
	const place = path.join(folder, 'catalogue.json', 'store');
	env.VOICE_LOOP_MODELS = place;
	for (const argv of [['fetch', 'talker', '--yes'], ['fetch', 'voice'], ['remove', 'voice']]) {
		const { code, err } = await models(...argv);
		expect(code).toBe(1);
		expect(err).toMatch(new RegExp(`^VOICE_ERR_\\w+: The voice runtime's folder ${place} cannot be written: a part of the path is a file, not a folder\\.\n.*set VOICE_LOOP_MODELS`, 'm'));
		expect(err).not.toMatch(/VOICE_ERR_INTERNAL|\n +at /);
	}
	expect(hub.requests).toEqual([]);
	expect(await models()).toMatchObject({ code: 0, out: expect.stringContaining(`Folder: ${place}`) });
});

it('interrupted by Ctrl-C ends with 130, and goes on at the very byte', async () => {
	hub.react = serveModels(all, { upTo: CUT });
	const first = start(['fetch', 'talker', '--yes']);
	await until(() => received(CUT));
	first.child.kill('SIGINT');
	expect(await first.end()).toMatchObject({ code: 130, out: '', err: expect.stringContaining('run the same command again to continue') });
	expect((await models()).out).toMatch(/talker .* partly, 150 kB of 400 kB/);
	hub.react = serveModels(all);
	expect(await models('fetch', 'talker', '--yes')).toMatchObject({ code: 0 });
	expect(hub.asked.map((line) => line.split(' ')[1])).toEqual(['whole', `bytes=${CUT}-`]);
});

it('of auto, interrupted in its second model, goes on there without a question', async () => {
	hub.react = (request, response, count) => serveModels(all, request.url?.endsWith('model.onnx') ? { upTo: CUT } : {})(request, response, count);
	const first = start(['fetch', 'auto', '--yes']);
	const part = stored('voice/model.onnx.part');
	await until(() => existsSync(part) && statSync(part).size >= CUT);
	first.child.kill('SIGINT');
	expect(await first.end()).toMatchObject({ code: 130, out: stored('talker/talker.gguf') });
	expect((await models()).out).toMatch(/talker .* installed .*\n.*voice .* partly, 150 kB of 400 kB/);
	hub.react = serveModels(all);
	// Nobody is there to be asked, and nobody has to be.
	expect(await models('fetch', 'auto')).toMatchObject({ code: 0, out: `${stored('talker/talker.gguf')}\n${stored('voice')}` });
	expect(hub.asked.map((line) => line.split(' ')[1])).toContain(`bytes=${CUT}-`);
});

describe('two processes', () => {
	it('fetch every file once', async () => {
		let release: () => void = () => undefined;
		const bothThere = new Promise<void>((resolve) => (release = resolve));
		const slowly: Reaction = (request, response, count) => void bothThere.then(() => serveModels(all)(request, response, count));
		hub.react = slowly;
		const both = [start(['fetch', 'voice', '--yes']), start(['fetch', 'voice', '--yes'])];
		await until(() => both.some(({ err }) => /\(process \d+ is downloading it\)/.test(err)));
		release();
		for (const each of both) expect(await each.end()).toMatchObject({ code: 0, out: stored('voice') });
		expect(hub.requests).toHaveLength(2);
	});

	it('where the first is killed: the second takes over and goes on at the very byte', async () => {
		hub.react = serveModels(all, { upTo: CUT });
		const first = start(['fetch', 'talker', '--yes']);
		await until(() => received(CUT));
		const second = start(['fetch', 'talker', '--yes']);
		await until(() => second.err.includes(`(process ${first.child.pid} is downloading it)`));
		hub.react = serveModels(all);
		first.child.kill('SIGKILL');
		expect(await second.end()).toMatchObject({ code: 0, out: stored('talker/talker.gguf') });
		expect(hub.asked.map((line) => line.split(' ')[1])).toEqual(['whole', `bytes=${CUT}-`]);
		expect(existsSync(stored('talker.lock'))).toBe(false);
	});
});

describe('through a proxy to an encrypted hub', () => {
	const { key, cert } = selfSigned();
	let proxy: Proxy;
	const server = createServer({ key, cert }, (request, response) => {
		seen.push(request.headers.authorization ?? '');
		serveModels(all)(request, response, 0);
	});
	const seen: string[] = [];
	let through: Record<string, string>;

	beforeAll(async () => {
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	});
	afterAll(() => void server.close());
	beforeEach(async () => {
		proxy = await Proxy.open();
		const port = (server.address() as AddressInfo).port;
		env = ownCatalogue(folder, all, [{ base: `https://localhost:${port}`, publisher: true }]);
		through = { HTTPS_PROXY: `http://${proxy.address}`, HF_TOKEN: 'hf_secret' };
	});
	afterEach(async () => await proxy.close());

	it('builds a tunnel in which the proxy reads nothing', async () => {
		const ca = path.join(folder, 'ca.pem');
		writeFileSync(ca, cert);
		const { code } = await start(['fetch', 'talker', '--yes'], { ...through, NODE_EXTRA_CA_CERTS: ca }).end();
		expect(code).toBe(0);
		expect(proxy.asked).toEqual([`CONNECT localhost:${(server.address() as AddressInfo).port}`]);
		expect(seen).toEqual(['Bearer hf_secret']);
		expect(proxy.tunnelled.length).toBeGreaterThan(100);
		expect(proxy.tunnelled).not.toContain('hf_secret');
	});

	it('says how a certificate is trusted, and that the proxy refuses', async () => {
		const untrusted = await start(['fetch', 'talker', '--yes'], through).end();
		expect(untrusted).toMatchObject({ code: 1, err: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
		proxy.wants = 'Basic other';
		const refused = await start(['fetch', 'talker', '--yes'], through).end();
		expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/VOICE_ERR_DOWNLOAD_FAILED.*\n.*the proxy refuses \(407\)/) });
	});
});

/** `script` (of every Debian) gives the command a terminal. */
describe('in a terminal', () => {
	const ask = (...argv: string[]): Command =>
		new Command('script', ['-qec', ['exec', process.execPath, ENTRY, 'models', ...argv].join(' '), '/dev/null'], { TERM: 'xterm' });

	it.each([
		['y\r', 0, /talker\.gguf/],
		['\r', 1, /Nothing was downloaded/],
		['\u0004', 1, /Nothing was downloaded/],
		['\u0003', 130, /Stopped\./],
	])('asks; after %j it ends with %i', async (keys, wanted, said) => {
		const command = ask('fetch', 'talker');
		await until(() => command.out.includes('[y/N]'));
		command.child.stdin?.write(keys);
		const { code, out } = await command.end();
		expect(code).toBe(wanted);
		expect(out).toMatch(said);
		expect(out).not.toContain('VOICE_ERR');
		expect(hub.requests).toHaveLength(wanted === 0 ? 1 : 0);
	});

	it('goes on after Ctrl-C in the middle, without asking for the licence again', async () => {
		hub.react = serveModels(all, { upTo: CUT });
		const first = ask('fetch', 'talker');
		await until(() => first.out.includes('[y/N]'));
		first.child.stdin?.write('y\r');
		await until(() => received(CUT));
		first.child.stdin?.write('\u0003');
		expect(await first.end()).toMatchObject({ code: 130, out: expect.stringContaining('run the same command again to continue') });
		hub.react = serveModels(all);
		const second = await ask('fetch', 'talker').end();
		expect(second).toMatchObject({ code: 0, out: expect.stringContaining('(accepted on ') });
		expect(second.out).not.toContain('[y/N]');
		expect(hub.asked.map((line) => line.split(' ')[1])).toEqual(['whole', `bytes=${CUT}-`]);
	});

	it('offers once', async () => {
		const first = ask('offer');
		await until(() => first.out.includes('[y/N]'));
		first.child.stdin?.write('\r');
		expect(await first.end()).toMatchObject({ code: 1, out: expect.stringContaining('To do it later') });
		const second = await ask('offer').end();
		expect(second).toMatchObject({ code: 0, out: 'Better models for this machine can be downloaded (800 kB): npm run models -- fetch auto' });
		expect(hub.requests).toEqual([]);
	});
});
