// Guards against: figures of a model that was not run, a measurement that `auto` does not use, and a command that leaves its
// process behind. All real: the command, its inference process and small models.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeScriptedGguf } from '../../inference/fixtures/scripted-gguf.fixture';
import { turnEndOnnx } from '../../inference/fixtures/turn-end-onnx.fixture';
import { ownCatalogue, type OwnModel } from '../../inference/models/own-catalogue.fixture';
import { modelPath } from '../../inference/models/resolve';
import { packageRoot } from '../../lib/package-root';

const ENTRY = path.join(packageRoot(), 'dist', 'runtime', 'cli', 'voice-loop.js');

jest.setTimeout(240_000);

let folder: string;
let env: Record<string, string>;

/** As a user runs it. */
async function models(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
	return await new Promise((resolve) => {
		execFile(process.execPath, [ENTRY, 'models', ...argv], { env: { PATH: process.env.PATH, HOME: folder, ...env } }, (error, out, err) => {
			resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.trim(), err });
		});
	});
}
function tried(): Record<string, { holdsRealTime: boolean; workPerSecond?: number; tokensPerSecond?: number }> {
	return JSON.parse(readFileSync(path.join(folder, 'store', '.tried.json'), 'utf8')) as ReturnType<typeof tried>;
}

beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-try-'));
	writeScriptedGguf(path.join(folder, 'talker.gguf'), [{ say: 'I am a small model, and I say the same every time I am asked.' }]);
	const listen = modelPath('pack:listen');
	const files = readdirSync(listen, { withFileTypes: true }).filter((entry) => entry.isFile());
	const all: OwnModel[] = [
		{ id: 'talker', files: { 'talker.gguf': readFileSync(path.join(folder, 'talker.gguf')) } },
		{ id: 'listener', task: 'transcribe', files: Object.fromEntries(files.map(({ name }) => [name, readFileSync(path.join(listen, name))])) },
		{ id: 'judge', task: 'turn-end', files: { 'judge.onnx': turnEndOnnx() } },
		{ id: 'damaged', task: 'transcribe', files: { 'model.onnx': Buffer.from('no model'), 'tokens.txt': Buffer.from('a 1') } },
		{ id: 'absent', files: { 'absent.gguf': Buffer.from('GGUF') } },
	];
	env = ownCatalogue(folder, all, [{ base: 'http://127.0.0.1:9', publisher: true }]);
	for (const { id, files: own } of all.slice(0, 4)) {
		mkdirSync(path.join(folder, 'store', id), { recursive: true });
		for (const [name, content] of Object.entries(own)) writeFileSync(path.join(folder, 'store', id, name), content);
	}
});
afterAll(() => rmSync(folder, { recursive: true }));

it('measures what auto uses, each as what it is, and keeps the figures for auto', async () => {
	const { code, out } = await models('try');
	expect(out.split('\n').filter((line) => !line.startsWith(' '))).toEqual(['The listener (transcribe)', 'The talker (chat)', 'flite (voice)', 'The judge (turn-end)']);
	expect(out).toMatch(/text after the end of a sentence of some 4 s: \d+ ms\n {2}\d\.\d+ s of work for a second of speech heard/);
	expect(out).toMatch(/\d+ tokens a second/);
	expect(out).toMatch(/first sound of a sentence: \d+ ms/);
	expect(code).toBe(0);
	expect(Object.keys(tried())).toEqual(['listener', 'talker', 'flite', 'judge']);
	for (const [name, { workPerSecond = 1, tokensPerSecond = 1 }] of Object.entries(tried())) expect([name, workPerSecond > 0, tokensPerSecond > 0]).toEqual([name, true, true]);
});

it('says what cannot be tried and goes on with the next', async () => {
	const { code, out } = await models('try', 'damaged', 'absent', path.join(folder, 'talker.gguf'));
	expect(code).toBe(1);
	expect(out).toMatch(/^The damaged \(transcribe\)\n {2}could not be tried: VOICE_ERR_MODEL_/);
	expect(out).toContain('The absent is not on this machine. Fetch it: voice-loop models fetch absent');
	expect(out).toMatch(/talker\.gguf \(chat\)\n {2}loads in/);
	expect(Object.keys(tried())).not.toContain('damaged');
});

it('takes a path as a shell completes it, and tells by what lies there what the model is for', async () => {
	const here = path.relative(process.cwd(), folder);
	const { code, out } = await models('try', path.join(here, 'talker.gguf'), path.join(here, 'store', 'judge'), `${path.join(here, 'store', 'listener')}/`);
	expect([...out.matchAll(/\((\S+)\)$/gm)].map(([, task]) => task)).toEqual(['chat', 'turn-end', 'transcribe']);
	expect(out).not.toContain('could not be tried');
	expect(code).toBe(0);
});

it('says that there is nothing at a path', async () => {
	const { code, err } = await models('try', '/models/whisper');
	expect(err).toMatch(/There is no file or folder at \/models\/whisper\.\s+Check the path/);
	expect(code).toBe(1);
});

it.each([
	[['try', __dirname], /Say what .* is for/],
	[['try', '--task', 'song'], /no task "song" to try/],
	[['list', '--task', 'chat'], /--task belongs to try/],
])('%j is a mistake that is told', async (argv, why) => {
	const { code, err } = await models(...argv);
	expect(code).toBe(2);
	expect(err).toMatch(why);
});

it('is stopped by Ctrl-C, and its process with it', async () => {
	const command = spawn(process.execPath, [ENTRY, 'models', 'try', 'listener'], { env: { PATH: process.env.PATH, HOME: folder, ...env } });
	const ended = new Promise<number | null>((resolve) => command.once('close', resolve));
	let child: string | undefined;
	while (child === undefined) child = childOf(command.pid ?? 0);
	command.kill('SIGINT');
	await expect(ended).resolves.toBe(130);
	expect(existsSync(`/proc/${child}`)).toBe(false);
});

/** The first child process, as Linux tells. */
function childOf(pid: number): string | undefined {
	const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
	return first === '' ? undefined : first;
}
