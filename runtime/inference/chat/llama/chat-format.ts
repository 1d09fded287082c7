import type {
	ChatHistoryItem,
	ChatModelFunctions,
	ChatModelResponse,
	ChatWrapper,
} from 'node-llama-cpp' with { 'resolution-mode': 'import' };

import type { ChatMessage, ToolSpec } from '../../../contract/chat';
import type { Library } from '../../llama/library';
import { toGrammarSchema } from './grammar-schema';

/**
 * Turns our messages and tools into what node-llama-cpp renders. The demo model is trained on the text
 * that this module produces (models/answer), so a change here asks for a new training run.
 */

/** A call whose tool never answered: the model must not take it for a success. */
const NO_RESULT = { error: 'the tool gave no result' };

/** Python's `json.dumps` spacing, which Llama models saw in training and node-llama-cpp writes for calls. */
function spacedJson(value: unknown): string {
	return JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '');
}

/**
 * The tool part of the system prompt. node-llama-cpp's own text is twice as long and asks for sources
 * to be named, which nobody wants to hear on the telephone; every token here delays the first answer.
 */
export function toolInstructions(functions: ChatModelFunctions): string {
	const signatures = Object.entries(functions).map(([name, { description, params }]) =>
		spacedJson({
			name,
			...(description ? { description } : {}),
			...(params ? { parameters: params } : {}),
		}),
	);
	return [
		'You can call these functions:',
		...signatures,
		'To call one, reply ONLY with one line like this:',
		'<function=example_name>{"example_parameter": "example value"}</function>',
		'Call one function at a time and only when needed. Only you see the result: tell the user what matters and never mention functions.',
	].join('\n');
}

/** Llama 3.x without dates (they would change the cached prefix every day) and with our tool text. */
export function llama3Wrapper(library: Library): ChatWrapper {
	class VoiceLlama3ChatWrapper extends library.Llama3_1ChatWrapper {
		override generateAvailableFunctionsSystemText(functions: ChatModelFunctions) {
			return library.LlamaText(toolInstructions(functions));
		}
	}
	return new VoiceLlama3ChatWrapper({
		cuttingKnowledgeDate: null,
		todayDate: null,
		noToolInstructions: true,
	});
}

/** The small models of Llama 3.2, in the same way. */
export function llama32Wrapper(library: Library): ChatWrapper {
	return new library.Llama3_2LightweightChatWrapper({
		cuttingKnowledgeDate: null,
		todayDate: null,
		noToolInstructions: true,
	});
}

/** What one assistant message contributes: its words, then its calls with their results. */
function responseOf(message: Extract<ChatMessage, { role: 'assistant' }>): ChatModelResponse['response'] {
	const calls = message.toolCalls.map(({ name, arguments: params, result }) => ({
		type: 'functionCall' as const,
		name,
		params,
		result: result === undefined ? NO_RESULT : result,
	}));
	return message.content === '' ? calls : [message.content, ...calls];
}

/**
 * The history for `LlamaChat.generateResponse`.
 *
 * - Assistant messages in a row are one response: words, calls, the words about their results.
 * - An assistant message of which nothing was heard is left out; the user's messages around it then
 *   stand in one user turn, as if the caller had not paused.
 * - Ends with an empty user-side response slot only where the last message is the user's: after a tool
 *   call the model goes on in the same response.
 */
export function toChatHistory(messages: readonly ChatMessage[]): ChatHistoryItem[] {
	const history: ChatHistoryItem[] = [];
	for (const message of messages) {
		if (message.role === 'system') {
			history.push({ type: 'system', text: message.content });
			continue;
		}
		if (message.role === 'user') {
			history.push({ type: 'user', text: message.content });
			continue;
		}
		const parts = responseOf(message);
		if (parts.length === 0) continue;
		const last = history[history.length - 1];
		if (last?.type !== 'model') {
			history.push({ type: 'model', response: parts });
			continue;
		}
		const [first] = parts;
		const spoke = typeof last.response[last.response.length - 1] === 'string';
		// Two spoken pieces in a row would otherwise run into one word.
		if (spoke && typeof first === 'string') parts[0] = ` ${first}`;
		history[history.length - 1] = { type: 'model', response: [...last.response, ...parts] };
	}
	if (history[history.length - 1]?.type === 'user') history.push({ type: 'model', response: [] });
	return history;
}

/** The tools for `generateResponse`; undefined where there are none, so that no tool text is written. */
export function toModelFunctions(tools: readonly ToolSpec[]): ChatModelFunctions | undefined {
	if (tools.length === 0) return undefined;
	return Object.fromEntries(
		tools.map((tool) => {
			const params = toGrammarSchema(tool.parameters);
			const described = tool.description.trim();
			return [tool.name, { ...(described ? { description: described } : {}), ...(params ? { params } : {}) }];
		}),
	);
}
