// Guards against `voice-loop call` reporting answers that were not heard, or ending without saying why.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CallReport } from '../../runtime/cli/call/report';
import { decodeWav, encodeWav } from '../../runtime/audio/wav';
import { runMedia } from './children';
import { EchoAgent, SECRET } from './echo-agent';
import { ALIKE, likeness, median, speech } from './speech';

const media = runMedia();
const agent = new EchoAgent(media);
let url = '';
let folder = '';
beforeAll(async () => {
	url = await agent.start();
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-call-'));
});
afterAll(async () => {
	agent.stop();
	await media.stop();
	await rm(folder, { recursive: true, force: true });
});

const program = path.resolve(__dirname, '..', '..', 'dist', 'runtime', 'cli', 'voice-loop.js');

async function call(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	return await new Promise((resolve) => {
		execFile(process.execPath, [program, 'call', ...args], { cwd: folder, maxBuffer: 1 << 24 }, (error, out, err) => {
			resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
		});
	});
}

it('speaks, hears its own words back and saves them', async () => {
	const said = path.join(folder, 'said.wav');
	const heard = path.join(folder, 'heard.wav');
	const sound = speech('I would like to book a haircut on Friday at ten.');
	await writeFile(said, encodeWav([sound], 16_000));
	const { code, out, err } = await call('--url', url, '--secret', SECRET, '--wav', said, '--save', heard, '--json');
	expect(err).toBe('');
	expect(code).toBe(0);
	const report = JSON.parse(out) as CallReport;
	expect(report).toMatchObject({ agent: 'Echo', errors: [], turns: [{ heard: 'sound 1', reply: 'echo', answered: true }] });
	expect(report.turns[0]?.responseMs).toBeGreaterThan(0);
	// Each way for itself: the echo of an echo is twice stretched by jitter buffers.
	const there = likeness(sound, agent.lastHeard);
	const back = likeness(agent.lastHeard, decodeWav(await readFile(heard)));
	expect(Math.min(there.length, back.length)).toBeGreaterThan(5);
	expect(median(there)).toBeGreaterThan(ALIKE);
	expect(median(back)).toBeGreaterThan(ALIKE);
});

it('shows a person both sides and the times, with its own synthesiser', async () => {
	const { code, out } = await call('--url', url, '--secret', SECRET, '--say', 'Hello there, how are you today?', '--turns', '2');
	expect(out).toMatch(/Connected to Echo/);
	expect(out.match(/you {4}sound \d/g)).toEqual(['you    sound 1', 'you    sound 2']);
	expect(out).toMatch(/end of speech -> reply heard +\d+ ms/);
	expect(out).toMatch(/2 of 2 turns were answered/);
	expect(code).toBe(0);
});

it('interrupts', async () => {
	const { out, code } = await call(
		'--url', url, '--secret', SECRET, '--json',
		'--say', 'Please tell me all of my appointments for the whole of next week, and those of the week after.',
		'--barge-in', 'Stop it now please@600',
	);
	const { turns } = JSON.parse(out) as CallReport;
	expect(turns).toMatchObject([{ interrupted: true }, { interrupted: false, answered: true }]);
	expect(turns[1]?.silencedMs).toBeGreaterThan(0);
	expect(code).toBe(0);
});

it('an agent that hangs up is no answer', async () => {
	agent.hangsUp = true;
	const { code, out } = await call('--url', url, '--secret', SECRET, '--say', 'Hello?');
	agent.hangsUp = false;
	expect(out).toMatch(/Call ended: The agent has gone home/);
	expect(out).toMatch(/0 of 1 turns were answered/);
	expect(code).toBe(1);
});

it.each([
	['a wrong secret', () => ['--url', url, '--secret', 'x', '--say', 'hello'], /VOICE_ERR_CALLER_REFUSED: The secret is wrong/],
	['nobody there', () => ['--url', 'http://127.0.0.1:9/webhook/voice', '--say', 'hello'], /VOICE_ERR_RUNTIME_UNREACHABLE[^]*npm start/],
	['no such workflow', () => ['--url', url.replace('voice', 'other'), '--secret', SECRET, '--say', 'hello'], /VOICE_ERR_NOT_LISTENING/],
	['a recording that is none', () => ['--url', url, '--wav', program], /VOICE_ERR_BAD_AUDIO/],
	['a voice that is none', () => ['--url', url, '--secret', SECRET, '--say', 'hello', '--voice', 'nobody'], /VOICE_ERR_VOICE_UNKNOWN/],
])('%s is said with a code and a remedy', async (_, args, what) => {
	const { code, err } = await call(...args());
	expect(err).toMatch(what);
	expect(code).toBe(1);
});

it.each([
	['nothing to say', ['--url', 'http://127.0.0.1:9/'], /Give --say/],
	['no address', ['--say', 'hello'], /npm start/],
	['an unknown option', ['--shout', 'x'], /shout/],
	['a barge-in without a time', ['--url', 'http://127.0.0.1:9/', '--say', 'x', '--barge-in', 'stop'], /TEXT@MS/],
	['a barge-in into nothing', ['--url', 'http://127.0.0.1:9/', '--barge-in', 'stop@5'], /before it/],
])('%s is a mistake in the options', async (_, args, what) => {
	const { code, err } = await call(...args);
	expect(err).toMatch(what);
	expect(code).toBe(2);
});
