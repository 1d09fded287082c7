// Guards against: an `npm start` that downloads unasked, asks where nobody is, keeps everything waiting for an answer, asks
// again and again, or leaves a question behind in the terminal.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hub, hubModelBytes } from '../../runtime/inference/models/download/hub.fixture';
import { ownCatalogue, type OwnModel, serveModels } from '../../runtime/inference/models/own-catalogue.fixture';
import { root } from './n8n-host';

const all: OwnModel[] = [
	{ id: 'talker', files: { 'talker.gguf': hubModelBytes(400_000) }, licence: 'llama3.2' },
	{ id: 'listener', task: 'transcribe', files: { 'encoder.onnx': hubModelBytes(300_000, 2), 'tokens.txt': hubModelBytes(100, 3) } },
];
const START = [path.join(root, 'deploy/local/start.mjs')];

let folder: string;
let hub: Hub;
let env: NodeJS.ProcessEnv;
const running: Start[] = [];

/** `npm start` without npm, which sets everything up first. */
class Start {
	out = '';
	readonly child: ChildProcess;
	readonly ended: Promise<number | null>;

	constructor(command: string, args: readonly string[]) {
		this.child = spawn(command, args, { cwd: root, env });
		for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (piece: Buffer) => (this.out += piece.toString()));
		this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
		running.push(this);
	}

	async says(what: string | RegExp): Promise<string> {
		let over = false;
		void this.ended.then(() => (over = true));
		while (!(typeof what === 'string' ? this.out.includes(what) : what.test(this.out))) {
			if (over) throw new Error(`it ended without ${String(what)}: ${this.out}`);
			await sleep(50);
		}
		return this.out;
	}

	type(keys: string): void {
		this.child.stdin?.write(keys);
	}
}

/**
 * `script` (of every Debian) gives the command a terminal. `exec`, or the shell between them answers Ctrl-C too: dash, which
 * it takes where SHELL is not set, then ends with 130 whatever the command ended with.
 */
function inTerminal(...args: string[]): Start {
	return new Start('script', ['-qec', ['exec', process.execPath, ...START, ...args].join(' '), '/dev/null']);
}
function withoutTerminal(...args: string[]): Start {
	return new Start(process.execPath, [...START, ...args]);
}
function stored(name: string): string {
	return path.join(folder, 'store', name);
}

beforeAll(async () => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-offer-'));
	hub = await Hub.open(serveModels(all));
	env = { ...process.env, ...ownCatalogue(folder, all, [{ base: hub.base, publisher: true }]), VOICE_LOOP_HOME: path.join(folder, 'home'), N8N_PORT: '0', TERM: 'xterm' };
});

afterEach(async () => {
	for (const { child, ended } of running.splice(0)) {
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
		await ended;
	}
	rmSync(stored('.offer-declined.json'), { force: true });
});

afterAll(async () => {
	await hub.close();
	rmSync(folder, { recursive: true, force: true });
});

test('on a terminal it asks while everything runs already, once; Ctrl-C at the question ends it all', async () => {
	const first = inTerminal();
	const said = await first.says('[y/N]');
	expect(said).toMatch(/Talk to it[^]*Models that suit this machine, 700 kB to download[^]*answers +The talker[^]*hears +The listener[^]*licence to accept: Llama 3\.2 Community License[^]*example\.org\/llama/);
	const page = /http:\S+\/webhook\/voice/.exec(said)?.[0] ?? '';
	expect((await fetch(page)).status).toBe(401);
	expect(hub.requests).toEqual([]);
	first.type('\u0003');
	expect(await first.ended).toBe(0);
	expect(first.out).toContain('Stopping n8n');

	const second = inTerminal();
	await second.says('[y/N]');
	second.type('\r');
	await second.says('To do it later: npm run models -- fetch auto');
	second.type('\u0003');
	expect(await second.ended).toBe(0);

	const third = inTerminal();
	await third.says('Better models for this machine can be downloaded (700 kB): npm run models -- fetch auto');
	expect(third.out).not.toContain('[y/N]');
	third.type('\u0003');
	expect(await third.ended).toBe(0);
	expect(hub.requests).toEqual([]);
});

test('a yes downloads, and everything goes on meanwhile and afterwards', async () => {
	const start = inTerminal();
	await start.says('[y/N]');
	start.type('y\r');
	await start.says('Downloaded. The next call uses them, nothing has to be restarted.');
	expect([existsSync(stored('talker/talker.gguf')), existsSync(stored('listener/encoder.onnx'))]).toEqual([true, true]);
	const page = /http:\S+\/webhook\/voice/.exec(start.out)?.[0] ?? '';
	expect((await fetch(page)).status).toBe(401);
	start.type('\u0003');
	expect(await start.ended).toBe(0);
});

test('without a terminal one line says how; --yes downloads; another option is a mistake', async () => {
	for (const { id } of all) rmSync(stored(id), { recursive: true, force: true });
	const asked = hub.requests.length;
	const plain = withoutTerminal();
	await plain.says(/^Better models for this machine can be downloaded \(700 kB\): npm run models -- fetch auto$/m);
	expect(plain.out).not.toContain('[y/N]');
	plain.child.kill('SIGTERM');
	expect(await plain.ended).toBe(0);
	expect(hub.requests).toHaveLength(asked);

	const yes = withoutTerminal('--yes');
	await yes.says('Downloaded.');
	expect(existsSync(stored('talker/talker.gguf'))).toBe(true);
	yes.child.kill('SIGTERM');
	expect(await yes.ended).toBe(0);

	const wrong = withoutTerminal('--no');
	expect(await wrong.ended).toBe(1);
	expect(wrong.out).toContain('npm start does not know --no. It takes one option: npm start -- --yes');
});
