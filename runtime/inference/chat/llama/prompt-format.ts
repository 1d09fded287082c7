import type {
	ChatHistoryItem,
	ChatModelFunctions,
	ChatWrapper,
	ChatWrapperGeneratedContextState,
	ChatWrapperSettings,
	LlamaText,
} from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../../contract/errors';
import type { ModelFile } from '../../models/resolve';
import type { Library } from '../../llama/library';
import { llama3Wrapper, llama32Wrapper } from './chat-format';
import { fromJsonText, toJsonText } from './template/llama-text-json';
import { renderedWrapper } from './template/rendered-wrapper';
import { type OpenedTemplate, TemplateProcess } from './template/template-process';

/** A conversation as the model reads it. */
export interface RenderedChat {
	readonly text: LlamaText;
	/** For the reply to this conversation. */
	readonly wrapper: ChatWrapper;
}

/** Writes conversations as one model wants them. */
export interface PromptFormat {
	/** Rejects with VOICE_ERR_MODEL_BROKEN where the model's own template does not work. */
	render(history: ChatHistoryItem[], functions: ChatModelFunctions | undefined): Promise<RenderedChat>;
}

/**
 * How a model file wants conversations written. Its template is a program, by whoever made the file: it is tried in a process
 * of its own and, unless one of node-llama-cpp's own formats writes the same, stays there. Rejects with VOICE_ERR_MODEL_BROKEN.
 */
export async function promptFormatOf(library: Library, file: ModelFile): Promise<PromptFormat> {
	const process = new TemplateProcess(file);
	let opened: OpenedTemplate;
	try {
		opened = await process.open();
	} catch (error) {
		process.close();
		throw error;
	}
	if (opened.kind === 'own') return new OwnTemplate(library, process, fromJsonText(library, opened.settings) as ChatWrapperSettings);
	process.close();
	if (opened.kind === 'none') throw withoutTemplate(file);
	return new BuiltInFormat(builtInWrapper(library, opened.name, opened.options));
}

/** It is most likely a base model: it goes on with whatever text it reads, its own instructions too, and never comes to an end. */
function withoutTemplate({ path }: ModelFile): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path} cannot be used for chat: it has no chat template. Files without one are mostly base models, which continue a text and do not answer.`, {
		remedy: 'Choose the instruct version of this model, or a newer conversion of it that has its chat template inside.',
	});
}

function builtInWrapper(library: Library, name: string, options: Record<string, unknown>): ChatWrapper {
	if (name === 'llama3.1') return llama3Wrapper(library);
	if (name === 'llama3.2-lightweight') return llama32Wrapper(library);
	const wrappers: Record<string, unknown> = library.chatWrappers;
	const Wrapper = wrappers[name] as (new (options: Record<string, unknown>) => ChatWrapper) | undefined;
	if (!Wrapper) throw new VoiceError('VOICE_ERR_INTERNAL', `There is no chat format "${name}".`);
	return new Wrapper(options);
}

class BuiltInFormat implements PromptFormat {
	constructor(private readonly wrapper: ChatWrapper) {}

	async render(history: ChatHistoryItem[], functions: ChatModelFunctions | undefined): Promise<RenderedChat> {
		const { contextText } = this.wrapper.generateContextState({
			chatHistory: history,
			...(functions && { availableFunctions: functions }),
			documentFunctionParams: true,
		});
		return await Promise.resolve({ text: contextText, wrapper: this.wrapper });
	}
}

class OwnTemplate implements PromptFormat {
	constructor(
		private readonly library: Library,
		private readonly process: TemplateProcess,
		private readonly settings: ChatWrapperSettings,
	) {}

	async render(history: ChatHistoryItem[], functions: ChatModelFunctions | undefined): Promise<RenderedChat> {
		const { library, settings } = this;
		const text = await this.process.render(toJsonText(library, history), functions ? JSON.stringify(functions) : '');
		const state = fromJsonText(library, text) as ChatWrapperGeneratedContextState;
		return { text: state.contextText, wrapper: renderedWrapper(library, settings, history, state) };
	}
}
