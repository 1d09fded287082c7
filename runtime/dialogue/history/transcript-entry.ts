import type { AnsweredToolCall, ChatMessage, ToolCall } from '../../contract/chat';

/**
 * Stands in for the result of a tool that was started and has given none: it runs, or nobody knows what has become of it. The
 * model must not think that it failed, and must not start it again.
 */
export const NOT_KNOWN_YET = { status: 'not known yet', note: 'The tool was started, and may be still running. Do not start it again.' };

export interface AssistantEntry {
	content: string;
	calls: Array<ToolCall & { result?: { value: unknown } }>;
}

/** What was said from one word of the caller to the next. */
export interface TurnEntry {
	/** The conversation's number of it; absent for the greeting. */
	readonly turn: number | undefined;
	user: string | undefined;
	assistant: AssistantEntry[];
}

function answered({ id, name, arguments: given, result }: AssistantEntry['calls'][number]): AnsweredToolCall {
	return {
		id,
		name,
		arguments: given,
		result: result === undefined ? NOT_KNOWN_YET : result.value,
	};
}

/** Nothing heard and nothing done leaves no trace. */
export function isEmpty({ content, calls }: AssistantEntry): boolean {
	return content === '' && calls.length === 0;
}

export function messagesOf(entry: TurnEntry): ChatMessage[] {
	const user: ChatMessage[] = entry.user === undefined ? [] : [{ role: 'user', content: entry.user }];
	const assistant = entry.assistant
		.filter((message) => !isEmpty(message))
		.map(({ content, calls }): ChatMessage => ({ role: 'assistant', content, toolCalls: calls.map(answered) }));
	return [...user, ...assistant];
}

export function charactersOf(entry: TurnEntry): number {
	return (entry.user?.length ?? 0) +
	entry.assistant.reduce((sum, { content, calls }) => sum + content.length + callCharacters(calls), 0);
}

function callCharacters(calls: AssistantEntry['calls']): number {
	return calls.length === 0 ? 0 : JSON.stringify(calls).length;
}
