// Guards against bad input from network, node or file that crashes a process, hangs a turn or comes without a remedy.
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chatSettings } from '../../runtime/contract/chat';
import { speakSettings, transcribeSettings } from '../../runtime/contract/agent-settings';
import { encodeWav } from '../../runtime/audio/wav';
import { AFTER_TOOL, writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { root } from '../host/n8n-host';
import type { RuntimeStats } from '../../runtime/contract/stats';
import { mediaPids } from '../host/runtime-process';
import { startPeers } from './offers';
import { type World, changeNode, modelAt, outputOf, startWorld } from './world';

let world: World;
let folder: string;
let before: RuntimeStats;
let peers: Awaited<ReturnType<typeof startPeers>>;
const SECRET = 'open sesame, but a long one';

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-bad-input-'));
	peers = startPeers();
	world = await startWorld();
	await changeNode(world, 'Voice Session Trigger', { callers: 'secret', secret: SECRET });
	before = await world.runtime.client.stats();
}, 300_000);

afterAll(async () => {
	// Whatever came in, no process died of it.
	const after = await world.runtime.client.stats();
	expect(mediaPids(after)).toEqual(mediaPids(before));
	expect(after.inference.pid).toBe(before.inference.pid);
	expect((await fetch(`${world.n8n.url}/healthz`)).status).toBe(200);
	await peers.stop();
	await world.end();
	await rm(folder, { recursive: true, force: true });
});

async function ask(method: string, query: string, body: unknown, headers: Record<string, string> = {}) {
	const response = await fetch(`${world.pageUrl}${query}`, {
		method,
		headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json', ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await response.text();
	return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as { error?: unknown; sessionId?: string } };
}

function typed(code: string) {
	return expect.objectContaining({ code, message: expect.stringMatching(/./), remedy: expect.stringMatching(/./) });
}

describe('from the network', () => {
	test.each([
		['nothing', ''],
		['garbage', 'garbage'],
		['no audio', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'],
		['a megabyte of attributes', `v=0\r\n${'a=x:y\r\n'.repeat(12_000)}`],
	])('an offer of %s is refused with a remedy', async (_name, sdp) => {
		const answer = await ask('POST', '', { type: 'offer', sdp });
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(answer.body.error).toEqual(expect.objectContaining({ code: expect.stringMatching(/^VOICE_ERR_BAD_/) }));
	});

	test('an offer with maxptime:5, which kills wrtc, is answered and harms nobody', async () => {
		const sdp = (await peers.offer()).replace(/a=rtpmap:111 /, 'a=maxptime:5\r\na=rtpmap:111 ');
		expect(sdp).toContain('a=maxptime:5');
		const { status, body } = await ask('POST', '', { type: 'offer', sdp });
		expect(status).toBe(201);
		expect((await ask('DELETE', `?session=${body.sessionId}`, undefined)).status).toBe(204);
	});

	test.each([
		['no secret', { authorization: '' }],
		['a wrong one', { authorization: 'Bearer open sesame' }],
	])('%s opens no call', async (_name, headers) => {
		const answer = await ask('POST', '', { type: 'offer', sdp: await peers.offer() }, headers);
		expect(answer).toMatchObject({ status: 403, body: { error: typed('VOICE_ERR_CALLER_REFUSED') } });
	});

	test('a page of another origin opens no call', async () => {
		const answer = await ask('POST', '', { type: 'offer', sdp: await peers.offer() }, { origin: 'https://evil.example' });
		expect(answer).toMatchObject({ status: 403, body: { error: typed('VOICE_ERR_ORIGIN_REFUSED') } });
	});

	test.each(['PATCH', 'DELETE'])('%s of an unknown session says that there is none', async (method) => {
		const body = method === 'PATCH' ? { type: 'offer', sdp: await peers.offer() } : undefined;
		const answer = await ask(method, `?session=s_${'x'.repeat(24)}`, body);
		expect(answer).toMatchObject({ status: 404, body: { error: typed('VOICE_ERR_CALL_UNKNOWN') } });
	});

	test('an event that is not signed with the runtime\'s key starts no execution', async () => {
		const executions = (await world.n8n.executions(world.agentId)).length;
		const answer = await ask('POST', '', { event: 'turn' }, { 'x-voice-signature': `sha256=${'0'.repeat(64)}` });
		expect(answer.status).toBe(401);
		expect(await world.n8n.executions(world.agentId)).toHaveLength(executions);
	});

	test('the gateway lets nobody in without its key', async () => {
		expect((await fetch(`${world.runtime.url}/v1/health`)).status).toBe(401);
	});

	test('an oversized body is refused by its size', async () => {
		const response = await fetch(`${world.runtime.url}/v1/chat`, {
			method: 'POST',
			headers: { authorization: `Bearer ${world.runtime.key}`, 'content-type': 'application/json' },
			body: JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(3_000_000) }] }),
		});
		expect(response.status).toBe(413);
		await expect(response.json()).resolves.toEqual({ error: typed('VOICE_ERR_TOO_LARGE') });
	});
});

describe('from files', () => {
	const hello = [{ role: 'user' as const, content: 'hello' }];
	const chat = async (model: string) => await world.runtime.client.chat({ chat: chatSettings.parse({ model }), messages: hello });

	test('a model that is not there', async () => {
		await expect(chat('/no/such/model.gguf')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});

	test('a truncated GGUF', async () => {
		const whole = path.join(folder, 'whole.gguf');
		writeScriptedGguf(whole, [{ say: 'Hello.' }]);
		const broken = path.join(folder, 'broken.gguf');
		const bytes = await readFile(whole);
		await writeFile(broken, bytes.subarray(0, bytes.length / 3));
		await expect(chat(broken)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
		await expect(chat(whole)).resolves.toMatchObject({ text: 'Hello.' });
	});

	test('an ONNX file of another shape in the place of the recogniser', async () => {
		const pack = path.join(folder, 'listen');
		await cp(path.join(root, 'models/listen'), pack, { recursive: true });
		await copyFile(path.join(root, 'dist/runtime/media/vad/silero-vad-v6.onnx'), path.join(pack, 'listen.onnx'));
		const silence = encodeWav([new Int16Array(16_000)], 16_000);
		await expect(world.runtime.client.transcribe(silence, transcribeSettings.parse({ model: pack }))).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_BROKEN',
		});
	});

	test('an audio file that is none', async () => {
		await expect(world.runtime.client.transcribe(Buffer.from('not a sound'), transcribeSettings.parse({}))).rejects.toMatchObject({
			code: 'VOICE_ERR_BAD_AUDIO',
		});
	});

	test('a voice that does not exist', async () => {
		const ask = { text: 'Hello.', speak: speakSettings.parse({ voice: 'nobody' }) };
		await expect(world.runtime.client.speak(ask)).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN' });
	});
});

describe('from tool workflows', () => {
	const tool = (name: string, last: Record<string, unknown>) => ({
		name: `Tool that ${name}`,
		nodes: [
			{
				name: 'Start',
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				position: [0, 0],
				parameters: { inputSource: 'passthrough' },
			},
			{ name: 'Last', position: [200, 0], ...last },
		],
		connections: { Start: { main: [[{ node: 'Last', type: 'main', index: 0 }]] } },
	});
	const stop = { type: 'n8n-nodes-base.stopAndError', typeVersion: 1, parameters: { errorMessage: 'the calendar is closed' } };
	const wait = {
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: { jsCode: 'await new Promise((done) => setTimeout(done, 20_000));\nreturn [];' },
	};

	test('a tool that fails, one that hangs and one that is not published become results, and the reply is written', async () => {
		const model = path.join(folder, 'tools.gguf');
		// Words that stand in no tool's name: the scripted model goes by the last one it reads.
		const scripts = [
			{ when: 'alpha', say: 'Let me see.', call: { name: 'fails', arguments: { day: 'monday' } } },
			{ when: 'beta', say: 'Give me a moment.', call: { name: 'hangs', arguments: { day: 'tuesday' } } },
			{ when: 'gamma', say: 'I look it up.', call: { name: 'sleeps', arguments: { day: 'friday' } } },
		];
		writeScriptedGguf(model, [...scripts, { when: AFTER_TOOL, say: 'That did not work.' }, { say: 'Hello.' }]);
		const ids = {
			fails: await world.n8n.importWorkflow(tool('fails', stop)),
			hangs: await world.n8n.importWorkflow(tool('hangs', wait)),
			sleeps: await world.n8n.importWorkflow(tool('sleeps', stop)),
		};
		await world.n8n.publish(ids.fails);
		await world.n8n.publish(ids.hangs);
		const prompter = await world.n8n.importWorkflow({
			name: 'Prompter',
			nodes: [
				{
					name: 'Webhook',
					type: 'n8n-nodes-base.webhook',
					typeVersion: 2,
					position: [0, 0],
					webhookId: 'prompter',
					parameters: { path: 'prompter', httpMethod: 'POST', responseMode: 'lastNode', options: {} },
				},
				{
					name: 'Llama Chat',
					type: 'n8n-nodes-voice-loop.llamaChat',
					typeVersion: 1,
					position: [200, 0],
					parameters: {
						instructions: '',
						prompt: '={{ $json.body.say }}',
						...modelAt(model),
						tools: {
							workflow: Object.entries(ids).map(([name, value]) => ({
								workflowId: { __rl: true, mode: 'id', value },
								name,
								description: '',
								inputs: { input: [{ name: 'day', type: 'string', description: '', choices: '', required: true }] },
								timeLimit: 2,
							})),
						},
						options: {},
					},
				},
			],
			connections: { Webhook: { main: [[{ node: 'Llama Chat', type: 'main', index: 0 }]] } },
		});
		await world.n8n.publish(prompter);
		const expected = [
			['alpha', 'fails', 'VOICE_ERR_TOOL_FAILED'],
			['beta', 'hangs', 'VOICE_ERR_TOOL_TIMEOUT'],
			['gamma', 'sleeps', 'VOICE_ERR_TOOL_FAILED'],
		] as const;
		for (const [say, name, code] of expected) {
			const response = await fetch(`${world.n8n.url}/webhook/prompter`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ say }),
			});
			const reply = (await response.json()) as { text: string; tools: unknown[] };
			expect(reply).toMatchObject({ text: expect.stringMatching(/That did not work\.$/), tools: [{ name, ok: false }] });
			expect(JSON.stringify(reply.tools)).toContain(code);
		}
		const executions = await world.n8n.executions(prompter);
		expect(executions.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
		expect(String(outputOf(executions[0], 'Llama Chat').text)).toContain('That did not work.');
	});
});
