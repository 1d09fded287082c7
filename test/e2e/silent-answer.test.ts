// Guards against: a caller who hears nothing because the model's answer has nothing in it that can be spoken, while the execution succeeds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FixtureServer } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import type { CallReport } from '../../runtime/cli/call/report';
import { call } from './headless-caller';
import { type World, changeNode, startWorld } from './world';

const ANSWERS = ['\u{1f44d} \u{1f600}', '', '...', 'Good bye.'];

let folder: string;
let world: World;
let server: FixtureServer;
let report: CallReport;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-silent-'));
	const left = [...ANSWERS];
	server = await FixtureServer.start({
		'POST /v1/chat/completions': async ({ json }, reply) => {
			const content = (json as { max_tokens?: number }).max_tokens === 1 ? 'x' : (left.shift() ?? '');
			reply.begin(200, { 'content-type': 'text/event-stream' });
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] })}\n\n`);
			await reply.write('data: [DONE]\n\n');
		},
	});
	const config = path.join(folder, 'servers.json');
	await writeFile(config, JSON.stringify({ fixture: { baseUrl: server.url, chat: { model: 'm' } } }), { mode: 0o600 });
	world = await startWorld({ VOICE_LOOP_SERVERS: config });
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false, apology: 'Sorry, once more please.' } });
	await changeNode(world, 'Llama Chat', { model: { __rl: true, mode: 'path', value: 'server:fixture' } });
	report = await call(world, ...ANSWERS.flatMap(() => ['--say', 'what can you do'])).report;
}, 300_000);

afterAll(async () => {
	await world?.end();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

test('the caller is told each time, and the call goes on', () => {
	expect(report.turns.map(({ error, answered }) => [error !== undefined, answered])).toEqual([
		[true, false],
		[true, false],
		[true, false],
		[false, true],
	]);
	expect(report.turns.at(-1)?.reply).toBe('Good bye.');
});

test('the execution fails with what happened and what to do', async () => {
	const executions = await world.turns(ANSWERS.length);
	expect(executions.map(({ status }) => status)).toEqual(['error', 'error', 'error', 'success']);
	expect(executions.slice(0, 2).map(({ error }) => error)).toEqual([
		"The model's answer cannot be spoken. It has no words, only marks or emoji.",
		"The model's answer cannot be spoken. It is empty.",
	]);
});
