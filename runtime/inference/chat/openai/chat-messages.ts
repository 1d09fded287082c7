import type { ChatMessage, ToolSpec } from '../../../contract/chat';

/** Our messages and tools as `/v1/chat/completions` takes them. */

interface WireCall {
	readonly id: string;
	readonly type: 'function';
	readonly function: { readonly name: string; readonly arguments: string };
}

export type OpenAiMessage =
	| { readonly role: 'system' | 'user'; readonly content: string }
	| { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly WireCall[] }
	| { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

/** A call whose tool never answered: the model must not take it for a success. */
const NO_RESULT = { error: 'the tool gave no result' };

/**
 * llama-server, vLLM and SGLang read control words in what somebody said as control tokens; a space makes them
 * plain words.
 */
function plain(text: string): string {
	return text.replace(/<(?=\|[\w-]+\|>)/g, '< ');
}

function resultText(result: unknown): string {
	if (result === undefined) return JSON.stringify(NO_RESULT);
	return plain(typeof result === 'string' ? result : (JSON.stringify(result) ?? 'null'));
}

/**
 * The history as every server's template takes it:
 * - one call an assistant message, its result after it: Llama 3.x's own template refuses two calls at once;
 * - what follows one another of the same role is one message: Mistral's and Gemma's refuse two user messages in a row;
 * - calls are numbered in nine letters and digits: Mistral's refuses every other kind of id, and the server's own
 *   ids may be missing, too long or twice the same.
 * An assistant message of which nothing was heard is left out.
 */
export function toWireMessages(messages: readonly ChatMessage[]): OpenAiMessage[] {
	const wire: OpenAiMessage[] = [];
	let calls = 0;
	const say = (role: 'system' | 'user' | 'assistant', text: string, glue: string): void => {
		const last = wire.at(-1);
		if (last?.role !== role || ('tool_calls' in last && last.tool_calls)) wire.push({ role, content: plain(text) });
		else wire[wire.length - 1] = { role, content: `${last.content}${glue}${plain(text)}` };
	};
	for (const message of messages) {
		if (message.role !== 'assistant') {
			say(message.role, message.content, message.role === 'system' ? '\n\n' : '\n');
			continue;
		}
		if (message.content !== '') say('assistant', message.content, ' ');
		for (const { name, arguments: values, result } of message.toolCalls) {
			const id = `call${String(calls++).padStart(5, '0')}`;
			const call: WireCall = { id, type: 'function', function: { name, arguments: plain(JSON.stringify(values)) } };
			const last = wire.at(-1);
			if (last?.role === 'assistant' && !last.tool_calls) wire[wire.length - 1] = { ...last, tool_calls: [call] };
			else wire.push({ role: 'assistant', content: null, tool_calls: [call] });
			wire.push({ role: 'tool', tool_call_id: id, content: resultText(result) });
		}
	}
	return wire;
}

export interface WireTool {
	readonly type: 'function';
	readonly function: { readonly name: string; readonly description?: string; readonly parameters: Readonly<Record<string, unknown>> };
}

export function toWireTools(tools: readonly ToolSpec[]): WireTool[] {
	return tools.map(({ name, description, parameters }) => ({
		type: 'function',
		function: {
			name,
			...(description.trim() === '' ? {} : { description: description.trim() }),
			// Servers refuse a schema without these two.
			parameters: { type: 'object', properties: {}, ...parameters },
		},
	}));
}

/** All that was said and heard in it: never to be shown. */
export function spokenIn(messages: readonly ChatMessage[]): string[] {
	return messages.map(({ content }) => content);
}
