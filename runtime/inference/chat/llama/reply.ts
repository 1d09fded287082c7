import type { ChatWrapper, LlamaChatResponse, LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { MAX_TOOL_CALLS } from '../../../contract/json-bounds';
import type { ChatReply } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { writtenToolCall } from '../calls/written-tool-call';
import { callPrefix, OtherToolCalled, withNamesAsMeant } from './called-name';
import { toChatHistory, toModelFunctions } from './chat-format';
import type { ChatListener, ChatRequest } from '../engine';
import { fitMessages } from './fit';
import type { ChatModel } from './model';
import { paced, prefill } from '../../llama/prefill';
import { numberOf } from '../../llama/sequences';

type Token = ReturnType<ChatModel['model']['tokenize']>[number];

/** Kept free beyond prompt and reply, so that the library never shifts the context by itself. */
const SPARE_TOKENS = 4;
/** A reply may take this share of the context; a longer limit gets what the prompt leaves. */
const REPLY_SHARE = 0.25;
/** Without a limit the whole vocabulary is sorted for each token: 10 ms of CPU at 150,000 words. */
const MOST_CANDIDATES = 1000;

/** A prompt ready to be read: what the model will see, as messages and as tokens. */
export interface Prompt {
	readonly history: ReturnType<typeof toChatHistory>;
	readonly tokens: readonly Token[];
	/** For the reply to it. */
	readonly wrapper: ChatWrapper;
}

/** Renders the request as the model's own format; what does not fit into its memory is left out. */
export async function promptFor({ model, format, contextTokens }: ChatModel, request: ChatRequest): Promise<Prompt> {
	const functions = toModelFunctions(request.tools);
	const rendered = new Map<ChatRequest['messages'], Prompt>();
	const render = async (messages: ChatRequest['messages']): Promise<Prompt> => {
		const known = rendered.get(messages);
		if (known) return known;
		const history = toChatHistory(messages);
		const { text, wrapper } = await format.render(history, functions);
		const prompt = { history, tokens: text.tokenize(model.tokenizer), wrapper };
		rendered.set(messages, prompt);
		return prompt;
	};
	const reply = Math.min(request.settings.sampling.maxTokens, Math.floor(contextTokens * REPLY_SHARE));
	const limit = contextTokens - reply - SPARE_TOKENS;
	return await render(await fitMessages(request.messages, limit, async (messages) => (await render(messages)).tokens.length));
}

/**
 * The tokens that a prompt of this conversation will begin with, whatever the caller says next, and one more. Found by what two
 * callers' words have in common: every model writes a conversation in its own way.
 */
export async function promptStartFor(loaded: ChatModel, { messages, ...request }: ChatRequest): Promise<readonly Token[]> {
	const answered = messages.at(-1)?.role === 'user' ? messages.slice(0, -1) : messages;
	const followedBy = async (content: string): Promise<readonly Token[]> =>
		(await promptFor(loaded, { ...request, messages: [...answered, { role: 'user', content }] })).tokens;
	const [one, other] = [await followedBy('yes'), await followedBy('no')];
	const differs = one.findIndex((token, index) => token !== other[index]);
	return one.slice(0, differs + 1);
}

/** Reads the prompt and writes the reply on a sequence that is ours for that long. */
export async function writeReply(
	loaded: ChatModel,
	sequence: LlamaContextSequence,
	request: ChatRequest,
	prompt: Prompt,
	listener: ChatListener,
	signal: AbortSignal,
	startedAt: number,
): Promise<ChatReply> {
	const { library, contextTokens, scheduler, lane } = loaded;
	const { sampling } = request.settings;
	// Nobody is on the line while a workflow asks by itself.
	const live = request.conversation !== '';
	const own = { lane, sequence: numberOf(sequence) };
	const reading = scheduler.permit({ ...own, kind: () => (live ? 'prompt' : 'background'), chunk: true }, signal);
	const writing = scheduler.permit({ ...own, kind: () => (live ? 'words' : 'background'), chunk: false }, signal);
	const reusedTokens = await prefill(sequence, prompt.tokens, loaded.pace, reading, signal, (count) => listener.onTokens(count));

	const names = request.tools.map(({ name }) => name);
	const contextSequence = withNamesAsMeant(paced(sequence, writing), loaded.model, prompt.wrapper, names);
	const chat = new library.LlamaChat({ contextSequence, chatWrapper: prompt.wrapper });
	const before = sequence.tokenMeter.getState();
	let written = 0;
	let firstAt: number | undefined;
	let text = '';
	/** The call that is being written. */
	let calling: { name: string; json: string } | undefined;
	const progress = (): void => {
		firstAt ??= performance.now();
		const now = sequence.tokenMeter.diff(before).usedOutputTokens;
		listener.onTokens(now - written);
		written = now;
	};
	const onFunctionCallParamsChunk = (chunk: { functionName: string; paramsChunk: string; done: boolean }): void => {
		progress();
		calling = chunk.done ? undefined : { name: chunk.functionName, json: (calling?.json ?? '') + chunk.paramsChunk };
	};
	try {
		const functions = toModelFunctions(request.tools);
		const noCall = functions ? undefined : callPrefix(prompt.wrapper);
		const answer = await unlessOtherTool(chat.generateResponse(prompt.history, {
			...(functions ? { functions, documentFunctionParams: true, onFunctionCallParamsChunk } : {}),
			...(noCall === undefined ? {} : { customStopTriggers: [noCall] }),
			maxTokens: Math.min(sampling.maxTokens, contextTokens - prompt.tokens.length - SPARE_TOKENS),
			temperature: sampling.temperature,
			topP: sampling.topP,
			topK: sampling.topK === 0 ? MOST_CANDIDATES : sampling.topK,
			// A tool's arguments and an agenda repeat words rightly.
			repeatPenalty: false,
			signal,
			stopOnAbortSignal: true,
			onTextChunk: (chunk) => {
				progress();
				if (chunk === '') return;
				text += chunk;
				listener.onText(chunk);
			},
		}));
		progress();
		signal.throwIfAborted();
		const stopReason = answer instanceof OtherToolCalled ? 'functionCalls' : answer.metadata.stopReason;
		const whole = calledIn(answer);
		if (whole.length > MAX_TOOL_CALLS) throw new VoiceError('VOICE_ERR_MODEL_FAILED', `The model asked for more than ${MAX_TOOL_CALLS} tool calls at once.`);
		const toolCalls = whole.map(({ name, params }) => writtenToolCall(name, JSON.stringify(params), request.tools));
		if (stopReason === 'maxTokens' && calling) toolCalls.push(writtenToolCall(calling.name, calling.json, request.tools, true));
		const endedAt = performance.now();
		return {
			text,
			toolCalls,
			stopReason: toolCalls.length > 0 ? 'toolCalls' : stopReason === 'maxTokens' ? 'maxTokens' : 'end',
			usage: { promptTokens: prompt.tokens.length, reusedTokens, completionTokens: written },
			ttftMs: (firstAt ?? endedAt) - startedAt,
			durationMs: endedAt - startedAt,
		};
	} finally {
		chat.dispose();
	}
}

/** The calls of an answer; one without a name where a model without tools began to call one. */
function calledIn(answer: LlamaChatResponse | OtherToolCalled): Array<{ name: string; params: unknown }> {
	if (answer instanceof OtherToolCalled) return [{ name: answer.called, params: {} }];
	if (answer.metadata.stopReason === 'customStopTrigger') return [{ name: '', params: {} }];
	const calls: ReadonlyArray<{ functionName: string; params: unknown }> = answer.metadata.stopReason === 'functionCalls' ? (answer.functionCalls ?? []) : [];
	return calls.map(({ functionName, params }) => ({ name: functionName, params: params ?? {} }));
}

async function unlessOtherTool<T>(answer: Promise<T>): Promise<T | OtherToolCalled> {
	try {
		return await answer;
	} catch (error) {
		if (error instanceof OtherToolCalled) return error;
		throw error;
	}
}
