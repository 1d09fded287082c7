// Guards against: a server's dialect that is misread, a server that is not stopped, hangs a turn or loses a tool call.
import type { z } from 'zod';
import { chatSettings, type ChatMessage, type sampling } from '../../../contract/chat';
import type { ChatReply } from '../../../contract/control';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { type ChatUnderTest, describeChatEngine } from '../llama/conformance.fixture';
import { type Brain, CHAT_DIALECTS, chatRoutes, fromWire } from '../../openai-client/fixtures/chat-routes.fixture';
import { describeFaults, SECRET } from '../../openai-client/fixtures/faults.fixture';
import { FixtureServer } from '../../openai-client/fixtures/fixture-server.fixture';
import { RemoteChat } from './remote-chat';

jest.setTimeout(120_000);

interface Ask {
	conversation?: string;
	messages: ChatMessage[];
	tools?: Parameters<RemoteChat['chat']>[0]['tools'];
	sampling?: z.input<typeof sampling>;
}

function ask(engine: RemoteChat, request: Ask, onText: (text: string) => void = () => undefined): { result: Promise<ChatReply>; cancel(): void } {
	const { conversation = '', messages, tools = [], sampling: wished } = request;
	const abort = new AbortController();
	const settings = chatSettings.parse({ model: 'server:gpu', sampling: wished });
	const result = engine.chat({ conversation, messages, tools, settings }, { onText, onTokens: () => undefined }, abort.signal);
	return { result, cancel: () => abort.abort() };
}

/** A server whose models are the real engine's, in the inference process. */
async function openServed(dialect: (typeof CHAT_DIALECTS)[number]): Promise<ChatUnderTest> {
	const inference = new InferenceProcess();
	const brain: Brain = async (body, onText, signal) => {
		const settings = chatSettings.parse({
			model: body.model,
			sampling: { temperature: body.temperature, topP: body.top_p, topK: body.top_k, maxTokens: body.max_tokens },
		});
		const call = inference.client.call('chat', { conversation: '', settings, ...fromWire(body) }, ({ text }) => onText(text));
		signal.addEventListener('abort', () => call.cancel());
		return await call.result;
	};
	const server = await FixtureServer.start(chatRoutes(dialect, brain));
	const engines = new Map<string, RemoteChat>();
	const engineOf = (model: string): RemoteChat => {
		const engine = engines.get(model) ?? new RemoteChat(server.client({ model, limits: { firstByteMs: 100_000, stallMs: 100_000 } }));
		engines.set(model, engine);
		return engine;
	};
	return {
		places: 16,
		chat: ({ model, ...request }, onText) => ask(engineOf(model), request, onText),
		forget: async () => engines.forEach((engine) => engine.forget()),
		tokens: async () => (await inference.client.call('stats', {}).result).tokens,
		close: async () => {
			expect(inference.alive).toBe(true);
			await server.stop();
			await inference.stop();
		},
	};
}

describe.each(CHAT_DIALECTS)('a server that speaks like %s', (dialect) => {
	describeChatEngine('passes the rules of a chat engine', async () => await openServed(dialect), { filesAreOurs: false });
});

/** A server that says the same to everybody. */
const scripted: Brain = async (_body, onText) => {
	for (const word of ['Well, ', 'that ', 'is ', 'a ', 'nice ', 'colour ', 'to ', 'have.']) {
		onText(word);
		await new Promise(setImmediate);
	}
	return {
		text: '',
		toolCalls: [],
		stopReason: 'end',
		usage: { promptTokens: 10, reusedTokens: 4, completionTokens: 8 },
		ttftMs: 0,
		durationMs: 0,
	};
};

describeFaults('chat', {
	routes: chatRoutes('vllm', scripted),
	open: async (client) => {
		const engine = new RemoteChat(client);
		const settings = chatSettings.parse({});
		await engine.warm(settings);
		return async (signal, onPart) => {
			const messages: ChatMessage[] = [{ role: 'user', content: SECRET }];
			await engine.chat({ conversation: '', messages, tools: [], settings }, { onText: onPart, onTokens: () => undefined }, signal);
		};
	},
	streams: true,
	half: 6,
	contentType: 'text/event-stream',
});

describe('a reply of a server', () => {
	let server: FixtureServer;
	let engine: RemoteChat;
	const hello: ChatMessage[] = [{ role: 'user', content: 'Hello' }];
	const instead = async (contentType: string, ...body: string[]): Promise<ChatReply> => {
		server.next({ kind: 'instead', contentType, body });
		return await ask(engine, { messages: hello }).result;
	};

	beforeAll(async () => {
		server = await FixtureServer.start(chatRoutes('openai', scripted));
		engine = new RemoteChat(server.client({ warmUp: true }));
		// It refuses what it does not know only once.
		await engine.warm(chatSettings.parse({}));
	});
	afterAll(async () => await server.stop());

	it('is not whole where the connection ended before its end, however orderly', async () => {
		server.next({ kind: 'short', after: 6 });
		await expect(ask(engine, { messages: hello }).result).rejects.toMatchObject({
			code: 'VOICE_ERR_ENGINE_UNREACHABLE',
			message: expect.stringContaining('broke off'),
		});
	});

	it('may come whole from a server that does not stream', async () => {
		const reply = await instead('application/json', JSON.stringify({ choices: [{ message: { content: 'All at once.' }, finish_reason: 'stop' }] }));
		expect(reply).toMatchObject({ text: 'All at once.', stopReason: 'end', usage: { completionTokens: 1 } });
	});

	it.each([
		['an error', 'data: {"error":{"message":"slot lost"}}\n\n', /slot lost/],
		['an error without words', 'data: {"error":{}}\n\n', /gave no reason/],
		['an abort', 'data: {"choices":[{"delta":{},"finish_reason":"abort"}]}\n\n', /stopped with "abort"/],
		['no JSON', 'data: oops\n\n', /does not follow OpenAI's API/],
		['another shape', 'data: {"choices":7}\n\n', /does not follow OpenAI's API/],
	])('that is %s fails its turn', async (_what, body, message) => {
		await expect(instead('text/event-stream', body)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringMatching(message) });
	});

	it('gives a call of no JSON back to the model', async () => {
		const reply = await instead('text/event-stream', 'data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"book","arguments":"{\\"a\\":"}}]},"finish_reason":"tool_calls"}]}\n\n');
		expect(reply).toMatchObject({ toolCalls: [{ name: 'book', arguments: {}, problem: expect.stringContaining('end in the middle') }], stopReason: 'toolCalls' });
	});

	it('gives a call that the limit cut off back to the model', async () => {
		const reply = await instead('text/event-stream', 'data: {"choices":[{"delta":{"content":"Hm","tool_calls":[{"function":{"name":"book","arguments":"{"}}]},"finish_reason":"length"}]}\n\n');
		expect(reply).toMatchObject({ text: 'Hm', toolCalls: [{ name: 'book', arguments: {}, problem: expect.stringContaining('end in the middle') }], stopReason: 'toolCalls' });
	});

	it('comes from the model that the server has now', async () => {
		await ask(engine, { messages: hello }).result;
		server.next({ kind: 'status', status: 404, body: JSON.stringify({ error: { message: 'The model `the-model` does not exist.' } }) });
		await expect(ask(engine, { messages: hello }).result).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		const lists = server.paths().filter((path) => path === '/v1/models').length;
		await ask(engine, { messages: hello }).result;
		expect(server.paths().filter((path) => path === '/v1/models').length).toBe(lists + 1);
	});

	it('is asked with less where the model holds less than was said, and so from then on', async () => {
		const long: ChatMessage[] = [
			{ role: 'system', content: 'Be brief.' },
			...Array.from({ length: 40 }, (_, turn): ChatMessage => ({ role: 'user', content: `turn ${turn} ${'yada '.repeat(20)}` })),
		];
		const sent = (): number => server.received.at(-1)!.body.length;
		for (const message of [
			'This model\'s maximum context length is 2048 tokens. However, you requested 4100 tokens (3844 in the messages, 256 in the completion).',
			'the request exceeds the available context size, try increasing it',
		]) {
			const fresh = new RemoteChat(server.client());
			await ask(fresh, { messages: long }).result;
			const whole = sent();
			server.next({ kind: 'status', status: 400, body: JSON.stringify({ error: { message } }) });
			await ask(fresh, { messages: long }).result;
			expect(sent()).toBeLessThan(0.7 * whole);
			const less = sent();
			await ask(fresh, { messages: long }).result;
			expect(sent()).toBe(less);
		}
	});
});
