// Guards against: a server or a tool that ends or silences every call, not only the turn that met it. Two real callers, real processes;
// the test is the workflow.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { decodeWav } from '../../runtime/audio/wav';
import { agentSettings } from '../../runtime/contract/agent-settings';
import { replyAsk, type ReplyStep } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';
import type { PageEvent } from '../../runtime/contract/page-events';
import { triggerEvent } from '../../runtime/contract/turn';
import { chatRoutes, type ChatBody } from '../../runtime/inference/openai-client/fixtures/chat-routes.fixture';
import { FixtureServer } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { HOSTILE_CHATS } from '../../runtime/inference/openai-client/fixtures/hostile-answers.fixture';
import type { PeerInput } from '../../runtime/cli/call/peer-protocol';
import type { RpcCall } from '../../runtime/rpc/client';
import { runPeers } from '../media/children';
import { mediaPids, type RunningRuntime, startRuntime } from './runtime-process';

const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
const asked: ChatBody[] = [];
/** Asks for the tool once, then says so much. */
const routes = chatRoutes('vllm', async (body, onText) => {
	asked.push(body);
	const hasResult = body.messages.at(-1)?.role === 'tool';
	const last = body.messages.at(-1)?.content ?? '';
	if (last === 'use the tool' && !hasResult) {
		const toolCalls = [{ id: 'c1', name: 'look', arguments: {} }];
		return await Promise.resolve({ text: '', toolCalls, stopReason: 'toolCalls', usage, ttftMs: 0, durationMs: 0 });
	}
	onText('Good day.');
	return await Promise.resolve({ text: 'Good day.', toolCalls: [], stopReason: 'end', usage, ttftMs: 0, durationMs: 0 });
});

class Inbox<T> {
	private readonly all: T[] = [];
	private watchers: Array<() => void> = [];

	put(each: T): void {
		this.all.push(each);
		for (const look of this.watchers.splice(0)) look();
	}

	async take(wanted: (each: T) => boolean): Promise<T> {
		for (;;) {
			const at = this.all.findIndex(wanted);
			const [found] = at < 0 ? [] : this.all.splice(at, 1);
			if (found !== undefined) return found;
			await new Promise<void>((resolve) => this.watchers.push(resolve));
		}
	}
}

let runtime: RunningRuntime;
let server: FixtureServer;
let n8n: http.Server;
let folder: string;
let words: Int16Array;
const peers = runPeers();
const turns = new Inbox<{ sessionId: string; turnId: string }>();

/** A caller, and the workflow that answers. */
class Caller {
	readonly page = new Inbox<PageEvent>();
	sessionId = '';
	private peer: RpcCall<PeerInput, unknown> | undefined;

	async call(): Promise<this> {
		const offered = new Inbox<string>();
		this.peer = peers.client.call('peer', { hear: false }, (event) => {
			if (event.type === 'offer') offered.put(event.sdp);
			else if (event.type === 'event') this.page.put(JSON.parse(event.json) as PageEvent);
		});
		this.peer.result.catch(() => undefined);
		const agent = agentSettings.parse({ transcribe: { model: 'pack:listen' }, speak: { engine: 'flite', language: 'en' }, apology: '' });
		const source = { workflowId: 'w1', node: 'Trigger', mode: 'test' as const, turnUrl: `http://127.0.0.1:${(n8n.address() as AddressInfo).port}/turn` };
		const { sessionId, answer } = await runtime.client.openSession({ offer: await offered.take(() => true), agent, source });
		this.sessionId = sessionId;
		this.peer.send({ type: 'answer', sdp: answer });
		await this.page.take(({ type }) => type === 'session.started');
		return this;
	}

	/** Says something; resolves to the turn. */
	async turn(): Promise<string> {
		this.peer?.send({ type: 'say', id: 'x', pcm: words });
		return (await turns.take(({ sessionId }) => sessionId === this.sessionId)).turnId;
	}

	async reply(turnId: string, prompt = 'hello'): Promise<ReplyStep> {
		const ask = replyAsk.parse({ executionId: turnId, node: 'Llama Chat', prompt, chat: { model: 'server:box', sampling: { maxTokens: 64 } }, tools: [{ name: 'look' }], speak: { engine: 'flite', language: 'en' } });
		return await runtime.client.reply(turnId, ask);
	}

	/** A whole turn as it should be. */
	async talks(): Promise<void> {
		const turnId = await this.turn();
		expect(await this.reply(turnId)).toMatchObject({ status: 'done', text: expect.stringContaining('Good day.') as string });
		await this.page.take((event) => event.type === 'turn.finished' && event.turnId === turnId);
	}
}

let one: Caller;
let other: Caller;
let pids: number[];
beforeAll(async () => {
	server = await FixtureServer.start(routes);
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-turns-'));
	writeFileSync(path.join(folder, 'servers.json'), JSON.stringify({ box: { baseUrl: server.url, limits: { firstByteMs: 600, stallMs: 300 }, chat: {} } }));
	runtime = await startRuntime({ VOICE_LOOP_SERVERS: path.join(folder, 'servers.json') });
	n8n = http.createServer((request, response) => {
		const pieces: Buffer[] = [];
		request.on('data', (piece: Buffer) => pieces.push(piece));
		request.on('end', () => {
			const event = triggerEvent.parse(JSON.parse(Buffer.concat(pieces).toString()));
			if (event.event === 'turn') turns.put(event);
			response.end('{}');
		});
	});
	n8n.listen(0, '127.0.0.1');
	await once(n8n, 'listening');
	words = decodeWav((await runtime.client.speak({ text: 'What is on my calendar tomorrow?', speak: agentSettings.parse({}).speak })).wav);
	[one, other] = await Promise.all([new Caller().call(), new Caller().call()]);
	pids = await processes();
});
afterAll(async () => {
	await runtime.stop();
	await peers.stop();
	await server.stop();
	n8n.close();
	rmSync(folder, { recursive: true });
});

async function processes(): Promise<number[]> {
	const stats = await runtime.client.stats();
	return [stats.gateway.pid, ...mediaPids(stats), stats.inference.pid ?? 0];
}

const PICKED = ['drips one event, letter by letter', 'asks for 5,000 tools', 'nests arguments 1,800 deep', 'sends arguments without end'];
it.each(HOSTILE_CHATS.filter(([what]) => PICKED.includes(what)))('a chat server that %s costs one turn; the next one and the other call are as before', async (_what, answer) => {
	const turnId = await one.turn();
	server.next(answer(20));
	const step = await one.reply(turnId).catch((error: unknown) => error);
	if (step instanceof VoiceError) {
		expect(step.code).toMatch(/^VOICE_ERR_(MODEL_FAILED|ENGINE_UNREACHABLE)$/);
		// As the Llama Chat node does when it gives up; the runtime may have done so before.
		await runtime.client.turnFailed(turnId, { executionId: turnId, node: 'Llama Chat', code: step.code, message: step.message, tries: 1, retryAfterMs: 0 }).catch(() => undefined);
		await one.page.take((event) => event.type === 'turn.finished' && event.turnId === turnId);
	} else expect(step).toMatchObject({ status: 'done' });
	await Promise.all([one.talks(), other.talks()]);
	expect(await processes()).toEqual(pids);
});

it.each([
	['nested 2,400 deep', 2400],
	['nested 4,000 deep', 4000],
])('a tool result %s is told to the model as far as it goes, and stays no burden for the turns that follow', async (_what, depth) => {
	let deep: unknown = 'end';
	for (let level = 0; level < depth; level++) deep = { next: deep };
	const turnId = await one.turn();
	const step = await one.reply(turnId, 'use the tool');
	if (step.status !== 'toolCalls') throw new Error('the tool was not asked for');
	const results = step.calls.map(({ id }) => ({ id, ok: true, durationMs: 1, result: deep }));
	expect(await runtime.client.toolResults(turnId, { executionId: turnId, node: 'Llama Chat', results })).toMatchObject({ status: 'done', text: 'Good day.' });
	expect(JSON.stringify(asked.at(-1))).toContain('[nested too deeply]');
	await one.page.take((event) => event.type === 'turn.finished' && event.turnId === turnId);
	await Promise.all([one.talks(), other.talks()]);
	expect(await processes()).toEqual(pids);
});
