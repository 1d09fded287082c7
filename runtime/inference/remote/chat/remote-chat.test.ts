// Guards against: a server's dialect that is misread, a server that is not stopped, hangs a turn or loses a tool call.
import type { z } from 'zod';
import { chatSettings, type ChatMessage, type sampling } from '../../../contract/chat';
import type { ChatReply } from '../../../contract/control';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { type ChatUnderTest, describeChatEngine } from '../../llama/conformance.fixture';
import { type Brain, CHAT_DIALECTS, chatRoutes, fromWire } from '../fixtures/chat-routes.fixture';
import { FixtureServer } from '../fixtures/fixture-server.fixture';
import { RemoteChat } from './remote-chat';

jest.setTimeout(120_000);

interface Ask {
	conversation?: string;
	model?: string;
	messages: ChatMessage[];
	tools?: Parameters<RemoteChat['chat']>[0]['tools'];
	sampling?: z.input<typeof sampling>;
}

function ask(engine: RemoteChat, request: Ask, onText: (text: string) => void = () => undefined): { result: Promise<ChatReply>; cancel(): void } {
	const { conversation = '', messages, tools = [], model, sampling: wished } = request;
	const abort = new AbortController();
	const settings = chatSettings.parse({ model, sampling: wished });
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
		const call = inference.caller.call('chat', { conversation: '', settings, ...fromWire(body) }, ({ text }) => onText(text));
		signal.addEventListener('abort', () => call.cancel());
		return await call.result;
	};
	const server = await FixtureServer.start(chatRoutes(dialect, brain));
	const engine = new RemoteChat(server.client({ limits: { firstByteMs: 100_000, stallMs: 100_000 } }));
	return {
		places: 16,
		chat: (request, onText) => ask(engine, request, onText),
		forget: async () => engine.forget(),
		tokens: async () => (await inference.caller.call('stats', {}).result).tokens,
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
