// Guards against: a llama-server that speaks otherwise than the fixtures do. It is real, and speaks with scripted models in the
// real format.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatSettings, type ChatMessage, type ToolSpec } from '../../contract/chat';
import type { ChatReply } from '../../contract/control';
import { manyWords } from '../fixtures/many-words.fixture';
import { scriptedFrames, writeScriptedOrpheus } from '../fixtures/orpheus-gguf.fixture';
import { AFTER_TOOL, writeScriptedGguf } from '../fixtures/scripted-gguf.fixture';
import type { TokenAsk } from '../speech/orpheus/token-source';
import { RemoteChat } from '../chat/openai/remote-chat';
import { audioNumbers } from './fixtures/completions-routes.fixture';
import { describeWithLlamaServer, LLAMA_SERVER_KEY, LlamaServer } from './fixtures/llama-server.fixture';
import { CompletionsSource } from '../speech/orpheus/remote-tokens/completions-source';
import { remoteAddress } from './address';
import { RemoteServer } from './remote-server';

const never = new AbortController().signal;
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-llama-server-'));

jest.setTimeout(180_000);
afterAll(async () => {
	await LlamaServer.stopAll();
	rmSync(folder, { recursive: true });
});

async function start(model: string, ...more: string[]): Promise<RemoteServer> {
	const { url: baseUrl } = await LlamaServer.start(model, ...more);
	return new RemoteServer(remoteAddress.parse({ baseUrl, apiKey: LLAMA_SERVER_KEY, warmUp: true }));
}

describeWithLlamaServer('a real llama-server with Orpheus', () => {
	const file = path.join(folder, 'orpheus.gguf');
	const ask = (text: string, maxTokens = 2000): TokenAsk => ({
		text,
		voice: 'tara',
		sampling: { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 },
		maxTokens,
	});
	const numbers = async (source: CompletionsSource, asked: TokenAsk): Promise<number[]> => {
		const given: number[] = [];
		for await (const number of source.speak(asked, never)) given.push(number);
		return given;
	};
	beforeAll(() => {
		writeScriptedOrpheus(file, [
			{ frames: 40 },
			{ when: 'Bye', frames: 9 },
			{ when: 'forever', frames: 300, endless: true },
		]);
	});

	it('writes every token, ends where the speech ends or at the limit, and stops when it is left', async () => {
		const server = await start(file, '--special');
		expect(await server.owner(never)).toBe('llamacpp');
		const source = new CompletionsSource(server);
		expect(await numbers(source, ask('Hello there.'))).toEqual(audioNumbers(scriptedFrames(0, 40)));
		expect(await numbers(source, ask('Bye.'))).toEqual(audioNumbers(scriptedFrames(1, 9)));
		expect(await numbers(source, ask('forever', 100))).toHaveLength(100);
		const tokens = source.speak(ask('forever', 100_000), never);
		await tokens.next();
		await tokens.return();
		// Of its two places none is taken any more.
		const [one, two] = await Promise.all(['Bye.', 'Bye.'].map(async (text) => await numbers(source, ask(text))));
		expect(one).toEqual(two);
	});

	it('says what it lacks where it shows no special tokens', async () => {
		const failure = new CompletionsSource(await start(file)).warm();
		await expect(failure).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', remedy: expect.stringContaining('--special') });
	});
});

describeWithLlamaServer('a real llama-server that chats', () => {
	const file = path.join(folder, 'chat.gguf');
	/** What Llama 3.x's own template does with tools, calls and results, cut down. */
	const template = `{{- bos_token }}
{%- if tools %}{{- '<|start_header_id|>system<|end_header_id|>\n\nRespond in the format {"name": function name, "parameters": dictionary of argument name and its value}.\n\n' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{{- '<|eot_id|>' }}{%- endif %}
{%- for message in messages %}
{%- if 'tool_calls' in message %}
{%- if message.tool_calls|length != 1 %}{{- raise_exception('This model only supports single tool-calls at once!') }}{%- endif %}
{%- set call = message.tool_calls[0].function %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n{"name": "' + call.name + '", "parameters": ' }}{{- call.arguments | tojson }}{{- '}<|eot_id|>' }}
{%- elif message.role == 'tool' %}{{- '<|start_header_id|>ipython<|end_header_id|>\n\n' + message.content + '<|eot_id|>' }}
{%- else %}{{- '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + message.content + '<|eot_id|>' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}`;
	const tools: ToolSpec[] = [{ name: 'get_forecast', description: 'Looks up the sky.', parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
	let server: RemoteServer;
	const chat = async (messages: ChatMessage[], texts: string[] = [], more = {}, signal = never, offered: ToolSpec[] = []): Promise<ChatReply> =>
		await new RemoteChat(server).chat(
			{ conversation: '', settings: chatSettings.parse({ sampling: { temperature: 0, ...more } }), messages, tools: offered },
			{ onText: (text) => texts.push(text), onTokens: () => undefined },
			signal,
		);
	beforeAll(async () => {
		writeScriptedGguf(file, [
			{ say: 'Hello there, this is a scripted reply.' },
			{ when: 'endless', say: manyWords(), endless: true },
			{ when: 'rain', say: '{"name": "get_forecast", "parameters": {"city": "Paris"}}' },
			{ when: AFTER_TOOL, say: 'It stays dry.' },
		]);
		const jinja = path.join(folder, 'template.jinja');
		writeFileSync(jinja, template);
		server = await start(file, '--jinja', '--chat-template-file', jinja);
	});

	it('streams text, counts its tokens, and finds what it read before', async () => {
		const texts: string[] = [];
		const messages: ChatMessage[] = [{ role: 'system', content: 'You are patient. '.repeat(20) }, { role: 'user', content: 'Hi' }];
		const reply = await chat(messages, texts);
		expect(reply).toMatchObject({ text: 'Hello there, this is a scripted reply.', stopReason: 'end' });
		expect(texts.length).toBeGreaterThan(3);
		expect(reply.usage.promptTokens).toBeGreaterThan(50);
		expect((await chat(messages)).usage.reusedTokens).toBeGreaterThan(50);
	});

	it('ends at the limit, and stops when it is left', async () => {
		const endless: ChatMessage[] = [{ role: 'user', content: 'endless' }];
		expect(await chat(endless, [], { maxTokens: 7 })).toMatchObject({ stopReason: 'maxTokens', usage: { completionTokens: 7 } });
		const abort = new AbortController();
		const texts: string[] = [];
		const left = chat(endless, texts, { maxTokens: 4000 }, abort.signal);
		while (texts.length === 0) await sleep(2);
		abort.abort();
		await expect(left).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		expect((await chat([{ role: 'user', content: 'Hi' }])).text).toBe('Hello there, this is a scripted reply.');
	});

	it('calls a tool, and goes on with its result', async () => {
		const messages: ChatMessage[] = [{ role: 'user', content: 'Will there be rain' }];
		const reply = await chat(messages, [], {}, never, tools);
		expect(reply).toMatchObject({ text: '', stopReason: 'toolCalls', toolCalls: [{ name: 'get_forecast', arguments: { city: 'Paris' } }] });
		const toolCalls = reply.toolCalls.map((call) => ({ ...call, result: { sky: 'blue' } }));
		messages.push({ role: 'assistant', content: 'Let me look.', toolCalls });
		expect(await chat(messages, [], {}, never, tools)).toMatchObject({ text: 'It stays dry.', stopReason: 'end', toolCalls: [] });
	});

	it('is asked with less where it holds less, and refuses a wrong key', async () => {
		const messages = Array.from({ length: 300 }, (_, turn): ChatMessage => ({ role: 'user', content: `This is turn ${turn} ${'abc '.repeat(10)}` }));
		const alternating = messages.flatMap((message): ChatMessage[] => [message, { role: 'assistant', content: 'I see.', toolCalls: [] }]);
		const reply = await chat([...alternating, { role: 'user', content: 'Hi' }]);
		expect(reply.usage.promptTokens).toBeLessThan(4096);
		expect(reply.text).not.toBe('');
		const stranger = new RemoteServer(remoteAddress.parse({ ...server.address, apiKey: 'sk-wrong-key' }));
		const failure = stranger.ask({ path: '/chat/completions', json: {} }, never);
		await expect(failure).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_REFUSED', message: expect.stringContaining('rejected the API key') });
	});
});
