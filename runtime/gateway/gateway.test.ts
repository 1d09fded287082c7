// Guards against: a runtime that leaves processes or sockets behind when it ends, or when it could not start.
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { type AgentModels, agentSettings } from '../contract/agent-settings';
import { chatSettings } from '../contract/chat';
import { type Gateway, openGateway } from './gateway';
import { optionsFrom } from './options';

/** Writes down that it lives, and ends when its parent lets go of it. */
const PROGRAM = `
	require('node:fs').appendFileSync(__dirname + '/../pids', process.pid + '\\n');
	process.on('disconnect', () => process.exit(0));
	process.on('message', ({ op, params }) => op === 'warm' && require('node:fs').appendFileSync(__dirname + '/../warmed', params.chat.model + '\\n'));
	process.on('message', ({ kind, id }) => kind === 'call' && process.send({ kind: 'result', id, value: {
		stuckMs: 0, sessions: 0, loopDelayMs: 0, rssBytes: 1, cpuMs: 1, tokens: 0, steps: {}, rounds: 0,
		...Object.fromEntries(['chats', 'speaks', 'listens'].map((name) => [name, { running: 0, done: 0, cancelled: 0, failed: 0 }])),
	} }, () => undefined));`;
const KEY = 'k'.repeat(40);
const headers = { authorization: `Bearer ${KEY}` };

let runtimeDir: string;
let gateway: Gateway | undefined;

beforeEach(async () => {
	runtimeDir = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-gateway-'));
	for (const child of ['media', 'inference']) {
		await mkdir(path.join(runtimeDir, child));
		await writeFile(path.join(runtimeDir, child, 'main.js'), PROGRAM);
	}
});
afterEach(async () => {
	await gateway?.close();
	gateway = undefined;
	await rm(runtimeDir, { recursive: true, force: true });
});

const options = (env: NodeJS.ProcessEnv = {}) => ({ ...optionsFrom({ VOICE_LOOP_KEY: KEY, VOICE_LOOP_LOG: 'silent', VOICE_LOOP_MEDIA_PROCESSES: '2', ...env }), runtimeDir });

async function pids(): Promise<number[]> {
	const stats = (await (await fetch(`${gateway?.url}/v1/stats`, { headers })).json()) as { media: Array<{ pid: number }>; inference: { pid: number } };
	return [...stats.media, stats.inference].map(({ pid }) => pid);
}

const lives = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

it('starts its children, answers with the key, and takes everything with it when it ends', async () => {
	gateway = await openGateway(options());
	expect((await fetch(`${gateway.url}/v1/health`)).status).toBe(401);
	const children = await pids();
	expect(children).toHaveLength(3);
	expect(children.map(lives)).toEqual([true, true, true]);
	while ((await fetch(`${gateway.url}/v1/ready`, { headers })).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
	expect(await (await fetch(`${gateway.url}/v1/health`, { headers })).json()).toMatchObject({ ok: true, ready: true, sessions: 0, media: 'ready', inference: 'ready' });
	const { url } = gateway;
	await gateway.close();
	expect(children.map(lives)).toEqual([false, false, false]);
	await expect(fetch(`${url}/v1/health`)).rejects.toThrow();
});

it('loads what a published workflow needs before its first caller comes, and again after a crash', async () => {
	gateway = await openGateway(options());
	const warmed = async (): Promise<string[]> => (await readFile(path.join(runtimeDir, 'warmed'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
	const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/triggers`, { headers });
	await once(socket, 'open');
	const { transcribe, promptStart, llamaChat, speak, turnTaking } = agentSettings.parse({});
	const agent: AgentModels = { transcribe, promptStart, llamaChat, speak, turnTaking, chat: chatSettings.parse({ model: 'talker' }) };
	socket.send(JSON.stringify({ type: 'hello', workflowId: 'w1', node: 'Trigger', agent }));
	while ((await warmed()).length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
	process.kill((await pids()).at(-1) ?? 0, 'SIGKILL');
	while ((await warmed()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
	expect(await warmed()).toEqual(['talker', 'talker']);
});

it('is in use while a trigger waits, and ends at once all the same', async () => {
	gateway = await openGateway(options());
	expect(gateway.inUse()).toBe(false);
	const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/triggers`, { headers });
	await once(socket, 'open');
	socket.send(JSON.stringify({ type: 'hello', workflowId: 'w1', node: 'Trigger' }));
	while (!gateway.inUse()) await new Promise(setImmediate);
	const closed = once(socket, 'close');
	const startedAt = Date.now();
	await gateway.close();
	await closed;
	expect(Date.now() - startedAt).toBeLessThan(2500);
});

it('where its port is taken it fails, and leaves no process behind', async () => {
	const other = net.createServer().listen(0, '127.0.0.1');
	await once(other, 'listening');
	const port = String((other.address() as AddressInfo).port);
	await expect(openGateway(options({ VOICE_LOOP_PORT: port }))).rejects.toThrow('EADDRINUSE');
	other.close();
	const started = await readFile(path.join(runtimeDir, 'pids'), 'utf8').catch(() => '');
	expect(started.split('\n').filter((pid) => pid !== '' && lives(Number(pid)))).toEqual([]);
});
