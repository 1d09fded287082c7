import type { ChatHistoryItem, ChatModelFunctions, ChatWrapper, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { ChatMessage } from '../../../../contract/chat';
import { VoiceError } from '../../../../contract/errors';
import { pipeToParent } from '../../../../rpc/pipes';
import type { Result } from '../../../../rpc/protocol';
import { serve } from '../../../../rpc/server';
import type { Library } from '../../../llama/library';
import { watchThisProcess } from '../../../workers/watchdog';
import { toChatHistory, toModelFunctions } from '../chat-format';
import { largestConversation, mostTools } from './largest-conversation';
import { toJsonText } from './llama-text-json';
import { LOOK_MS, MEMORY_BYTES, MOST_RENDERED, RENDER_MS, type TemplateProtocol, templateProtocol } from './protocol';

/**
 * Works with the chat template inside a model file. A template is a program that whoever made the file wrote: here it
 * may take all the time and memory that it is given, and nobody else waits.
 */
const watchdog = watchThisProcess(MEMORY_BYTES, LOOK_MS);

interface Open {
	readonly library: Library;
	readonly wrapper: ChatWrapper;
}

/** Made by chat-format.ts with options of its own. */
const OURS = ['llama3.1', 'llama3.2-lightweight'];

let opened: Open | undefined;

async function loadVocabulary(file: string): Promise<{ library: Library; model: LlamaModel }> {
	const library: Library = await import('node-llama-cpp');
	const llama = await library.getLlama({ gpu: false, build: 'never', maxThreads: 1, logger: () => undefined });
	return { library, model: await llama.loadModel({ modelPath: file, vocabOnly: true }) };
}

function templateOf(model: LlamaModel): string | undefined {
	return model.fileInfo.metadata.tokenizer.chat_template;
}

function render({ library, wrapper }: Open, history: ChatHistoryItem[], functions: ChatModelFunctions | undefined) {
	watchdog.step(RENDER_MS);
	const state = wrapper.generateContextState({
		chatHistory: history,
		...(functions && { availableFunctions: functions }),
		documentFunctionParams: true,
	});
	const length = state.contextText.toString().length;
	if (length > MOST_RENDERED) throw new Error(`it makes ${length} characters of a conversation`);
	return { state, text: toJsonText(library, state) };
}

/** Without calls of tools, as some templates know none. */
function spoken(messages: ChatMessage[]): ChatMessage[] {
	return messages.map((message) => (message.role === 'assistant' ? { ...message, toolCalls: [] } : message));
}

/** Throws where not even a conversation without tools can be written. What takes too long ends the process. */
function tryOut(open: Open, model: LlamaModel): void {
	const read = (messages: ChatMessage[], tools?: ChatModelFunctions): void => {
		const { state } = render(open, toChatHistory(messages), tools);
		watchdog.step(RENDER_MS);
		state.contextText.tokenize(model.tokenizer);
	};
	try {
		read(largestConversation(), toModelFunctions(mostTools()));
	} catch {
		// Whoever offers tools to a template that cannot write them hears of it then.
	}
	read(spoken(largestConversation()));
	read(spoken(largestConversation(1)));
}

/** Most templates that do harm are found out here, before the long first look. */
function tryAlone(library: Library, model: LlamaModel): void {
	const template = templateOf(model);
	if (template === undefined) return;
	watchdog.step(RENDER_MS);
	try {
		const wrapper = new library.JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer });
		tryOut({ library, wrapper }, model);
	} catch {
		// Another engine may know what this one does not.
	}
}

/** The format that writes the same, by its name and the options that make it again; undefined for none. */
function builtIn(library: Library, wrapper: ChatWrapper): Result<TemplateProtocol['open']> | undefined {
	if (wrapper instanceof library.JinjaTemplateChatWrapper) return undefined;
	const name = Object.entries(library.chatWrappers).find(([, each]) => each === wrapper.constructor)?.[0];
	if (name === undefined) return undefined;
	if (OURS.includes(name)) return { kind: 'builtIn', name, options: {} };
	const Wrapper = wrapper.constructor as new (options: unknown) => ChatWrapper;
	const own = Object.entries(wrapper).filter(([key]) => key !== 'settings' && key !== 'wrapperName');
	// Some options are kept under their name, some with an underscore before it.
	const named = own.flatMap(([key, value]) => [[key, value], [key.replace(/^_/, ''), value]] as const);
	const candidates = [[], own, named].map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>);
	const options = candidates.find((each) => JSON.stringify(new Wrapper(each)) === JSON.stringify(wrapper));
	return options && { kind: 'builtIn', name, options };
}

serve(templateProtocol, pipeToParent(), {
	open: async ({ file }) => {
		const { library, model } = await loadVocabulary(file);
		if (!templateOf(model)?.trim()) return { kind: 'none' as const };
		tryAlone(library, model);
		watchdog.step(LOOK_MS);
		const wrapper = library.resolveChatWrapper(model);
		opened = { library, wrapper };
		tryOut(opened, model);
		return builtIn(library, wrapper) ?? { kind: 'own' as const, settings: toJsonText(library, wrapper.settings) };
	},
	render: ({ history, functions }) => {
		if (!opened) throw new VoiceError('VOICE_ERR_INTERNAL', 'No model file was opened.');
		const tools = functions === '' ? undefined : (JSON.parse(functions) as ChatModelFunctions);
		return Promise.resolve({ state: render(opened, JSON.parse(history) as ChatHistoryItem[], tools).text });
	},
});
process.once('disconnect', () => process.exit(0));
