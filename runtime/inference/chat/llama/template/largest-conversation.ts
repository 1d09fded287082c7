import type { ChatMessage, ToolSpec } from '../../../../contract/chat';

const TURNS = 40;
const LETTERS = 16_000;
const TOOLS = 32;
const CALL_EVERY = 4;
const RESULT = { rows: [{ day: 'Monday', free: ['09:00', '10:30'] }, { day: 'Tuesday', free: [] }] };

/** About `letters` letters of words. */
function words(letters: number): string {
	return 'the quick brown fox jumps over the lazy dog '.repeat(Math.ceil(letters / 44)).slice(0, letters).trim();
}

/** As much as a call ever asks a model to read: it talks, calls tools and gets results in all turns. */
export function largestConversation(turns = TURNS): ChatMessage[] {
	const each = words(LETTERS / TURNS / 2);
	const messages: ChatMessage[] = [{ role: 'system', content: words(2000) }];
	for (let turn = 0; turn < turns; turn++) {
		messages.push({ role: 'user', content: each });
		const toolCalls = turn % CALL_EVERY === 0 ? [{ id: `call_${turn}`, name: 'tool_0', arguments: { day: 'Monday' }, result: RESULT }] : [];
		messages.push({ role: 'assistant', content: each, toolCalls });
	}
	return [...messages, { role: 'user', content: 'And now?' }];
}

export function mostTools(): ToolSpec[] {
	const properties = Object.fromEntries(['day', 'hour', 'name', 'note'].map((name) => [name, { type: 'string', description: words(60) }]));
	return Array.from({ length: TOOLS }, (_, index) => ({ name: `tool_${index}`, description: words(200), parameters: { type: 'object', properties } }));
}
