import { type ChatMessage, chatSettings, type ChatSettings } from '../../../contract/chat';
import type { ChatReply } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { unlessCancelled, cancelled } from '../../../lib/async';
import { OptionalFields, without } from '../../openai-client/optional-fields';
import type { RemoteServer } from '../../openai-client/remote-server';
import type { ChatEngine, ChatListener, ChatRequest } from '../engine';
import { spokenIn, toWireMessages, toWireTools } from './chat-messages';
import { ContextRoom } from './context-room';
import { ReplyReader } from './reply-reader';

/**
 * OpenAI refuses `top_k`, older servers `stream_options`; its newer models want `max_completion_tokens`, which is
 * sent in place of `max_tokens` once that was refused.
 */
const OPTIONAL = ['top_k', 'stream_options', 'temperature', 'top_p', 'max_tokens'];

/**
 * Answers with the model of a server that has OpenAI's `/v1/chat/completions`: llama-server, vLLM, SGLang, Ollama.
 * Which model is the address's affair; that of the settings only led here (`server:NAME`).
 * Rejects as `RemoteServer.ask`. Where the server does not tell its usage, pieces of text are counted as tokens.
 */
export class RemoteChat implements ChatEngine {
	private readonly turns = new Map<string, Promise<unknown>>();
	private readonly room = new ContextRoom();
	private readonly fields = new OptionalFields(OPTIONAL);

	constructor(private readonly server: RemoteServer) {}

	async chat(request: ChatRequest, listener: ChatListener, signal: AbortSignal): Promise<ChatReply> {
		const startedAt = performance.now();
		const { conversation } = request;
		const write = async (): Promise<ChatReply> => {
			if (signal.aborted) throw cancelled();
			const model = await this.server.model(signal);
			return await this.room.fit(
				request.messages,
				request.settings.sampling.maxTokens,
				async (messages) => await this.write(model, { ...request, messages }, listener, signal, startedAt),
			);
		};
		if (conversation === '') return await write();
		const before = this.turns.get(conversation) ?? Promise.resolve();
		const turn = before.then(write, write);
		this.turns.set(conversation, turn);
		try {
			// Whoever waits for the turn before can be cancelled all the same.
			return await unlessCancelled(turn, signal);
		} finally {
			if (this.turns.get(conversation) === turn) this.turns.delete(conversation);
		}
	}

	/** A server keeps no conversations: it finds what it still knows by the prompt's beginning. */
	forget(): void {
		return;
	}

	/** Connects; where the user said so, the model is loaded as well. */
	async warm(settings: ChatSettings): Promise<void> {
		const messages: ChatMessage[] = [{ role: 'user', content: 'Hello.' }];
		const quiet = { onText: () => undefined, onTokens: () => undefined };
		const shortest = chatSettings.parse({ ...settings, sampling: { ...settings.sampling, maxTokens: 1 } });
		await this.server.warm(async (signal) => await this.chat({ conversation: '', settings: shortest, messages, tools: [] }, quiet, signal));
	}

	private async write(
		model: string,
		{ settings: { sampling }, messages, tools }: ChatRequest,
		listener: ChatListener,
		signal: AbortSignal,
		startedAt: number,
	): Promise<ChatReply> {
		const body = {
			model,
			messages: toWireMessages(messages),
			...(tools.length > 0 ? { tools: toWireTools(tools) } : {}),
			stream: true,
			stream_options: { include_usage: true },
			temperature: sampling.temperature,
			top_p: sampling.topP,
			...(sampling.topK > 0 ? { top_k: sampling.topK } : {}),
			max_tokens: sampling.maxTokens,
		};
		const confidential = spokenIn(messages);
		const answer = await this.fields.ask(Object.keys(body), async (leftOut) => {
			const renamed = leftOut.has('max_tokens') ? { max_completion_tokens: sampling.maxTokens } : {};
			const json = { ...without(body, leftOut), ...renamed };
			return await this.server.ask({ path: '/chat/completions', json, confidential }, signal);
		});
		const reader = new ReplyReader(this.server, listener, confidential, tools, startedAt, sampling.maxTokens);
		try {
			return await reader.read(answer);
		} catch (error) {
			if (signal.aborted) throw cancelled();
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		}
	}
}
