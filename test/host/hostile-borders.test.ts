// Guards against: what a model, a server, a tool or a client of the API sends ending a process of the real runtime, or every later turn.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatDone } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';
import { chatRoutes } from '../../runtime/inference/openai-client/fixtures/chat-routes.fixture';
import { FixtureServer } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { HOSTILE_CHATS, nestedJson } from '../../runtime/inference/openai-client/fixtures/hostile-answers.fixture';
import { mediaPids, type RunningRuntime, startRuntime } from './runtime-process';

const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
const routes = chatRoutes('vllm', async (_body, onText) => {
	onText('Good day.');
	return await Promise.resolve({ text: 'Good day.', toolCalls: [], stopReason: 'end', usage, ttftMs: 0, durationMs: 0 });
});

let folder: string;
let server: FixtureServer;
let runtime: RunningRuntime;
let pids: number[];
beforeAll(async () => {
	server = await FixtureServer.start(routes);
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-borders-'));
	const file = path.join(folder, 'servers.json');
	writeFileSync(file, JSON.stringify({ box: { baseUrl: server.url, limits: { firstByteMs: 600, stallMs: 300 }, chat: {} } }));
	runtime = await startRuntime({ VOICE_LOOP_SERVERS: file });
	await chat('server:box');
	await chat('pack:answer');
	pids = await processes();
});
afterAll(async () => {
	await runtime.stop();
	await server.stop();
	rmSync(folder, { recursive: true });
});
afterEach(async () => {
	// The same processes as before, and all of them work.
	expect(await processes()).toEqual(pids);
	expect((await chat('server:box')).text).toBe('Good day.');
	expect((await chat('pack:answer')).stopReason).toBe('end');
});

async function processes(): Promise<number[]> {
	const stats = await runtime.client.stats();
	return [stats.gateway.pid, ...mediaPids(stats), stats.inference.pid ?? 0];
}

async function chat(model: string, more: object = {}): Promise<ChatDone> {
	return await runtime.client.chat({ chat: { model, sampling: { maxTokens: 64 } }, messages: [{ role: 'user', content: 'hello' }], ...more });
}

/** What a client posts that builds its JSON by hand. */
async function post(model: string, fields: string): Promise<{ status: number; body: string }> {
	const body = `{"chat":{"model":"${model}","sampling":{"maxTokens":64}},${fields}}`;
	const answer = await fetch(`${runtime.url}/v1/chat`, { method: 'POST', body, headers: { authorization: `Bearer ${runtime.key}`, 'content-type': 'application/json' } });
	return { status: answer.status, body: await answer.text() };
}

const HELLO = '"messages":[{"role":"user","content":"hello"}]';
function withResult(json: string): string {
	return `"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"","toolCalls":[{"id":"c1","name":"look","arguments":{},"result":${json}}]}]`;
}
function withSchema(json: string): string {
	return `${HELLO},"tools":[{"name":"look","description":"Looks.","parameters":{"type":"object","properties":{"a":${json}}}}]`;
}

it.each(HOSTILE_CHATS)('a chat server that %s: the request ends, and the gateway lives', async (_what, answer) => {
	server.next(answer(20));
	const done = await chat('server:box').catch((error: unknown) => error);
	if (done instanceof VoiceError) expect(done.code).toMatch(/^VOICE_ERR_(MODEL_FAILED|ENGINE_UNREACHABLE)$/);
	else expect(done).toMatchObject({ text: expect.stringContaining('Let me see.') as string });
});

const NESTED = (depth: number): string => `${'{"next":'.repeat(depth)}"end"${'}'.repeat(depth)}`;
const RESULTS: Array<[string, string]> = [
	['2,400 deep', NESTED(2400)],
	['100,000 lists deep', nestedJson(100_000)],
	['100,000 fields wide', `{${[...Array(100_000).keys()].map((at) => `"f${at}":${at}`).join(',')}}`],
	['a text of 1.5 MB', `"${'word '.repeat(300_000)}"`],
	['half a character', '"\\ud83d"'],
];
describe.each(['server:box', 'pack:answer'])('to %s', (model) => {
	it.each(RESULTS)('a tool result %s is told to the model', async (_what, json) => {
		expect(await post(model, withResult(json))).toMatchObject({ status: 200 });
	});

	it.each([
		['2,400 deep', NESTED(2400)],
		['of schemas inside schemas', `${'{"type":"object","properties":{"b":'.repeat(500)}{"type":"string"}${'}}'.repeat(500)}`],
		['of 5,000 alternatives', `{"anyOf":[${Array(5000).fill('{"type":"string","enum":["a","b"]}').join(',')}]}`],
		['of alternatives inside alternatives', `${'{"anyOf":[{"type":"number"},'.repeat(200)}{"type":"string"}${']}'.repeat(200)}`],
		['that refers to itself', '{"$ref":"#/properties/a"}'],
		['of 20,000 choices', `{"enum":[${[...Array(20_000).keys()].map((at) => `"c${at}"`).join(',')}]}`],
	])('a tool with a schema %s does not end it', async (_what, json) => {
		const { status, body } = await post(model, withSchema(json));
		// Too much for a small model's memory is said so.
		if (status !== 200) expect(body).toMatch(/do not fit into the model's memory/);
	});

	it('arguments in a history that are nested are refused', async () => {
		const answer = await post(model, withResult('1').replace('"arguments":{}', `"arguments":{"a":${nestedJson(1800)}}`));
		expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('levels deep') as string });
	});
});

it('a body of nothing but brackets is refused', async () => {
	expect(await post('server:box', `"messages":${nestedJson(900_000)}`)).toMatchObject({ status: 400 });
});
