import { type ChatMessage, type ToolResult, UNCLEAR } from '../../runtime/contract/chat';
import type { ChatDone } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';
import type { ToolRecord } from '../../runtime/contract/turn';
import { doneTogether } from '../shared/done-by';
import type { ItemWork, OutputJson } from '../shared/each-item';
import { transcribeBefore } from '../shared/look-ahead';
import type { ChatTask } from './chat-task';
import { runTool } from './tools/run-tool';
import { shown } from './tools/tool';

/** Answers a prompt outside of a call: the node itself keeps the messages and runs the tools. */
export async function chatAlone({ context, runtime, signal }: ItemWork, task: ChatTask): Promise<OutputJson> {
	const specs = [...task.tools.values()].map(({ spec: { name, description, parameters } }) => ({ name, description, parameters }));
	const messages: ChatMessage[] = [
		...(task.instructions === '' ? [] : [{ role: 'system' as const, content: task.instructions }]),
		...task.options.messages,
		{ role: 'user', content: task.understood ? task.prompt : UNCLEAR },
	];
	const transcribe = transcribeBefore(context);
	const records: ToolRecord[] = [];
	const said: ChatDone[] = [];
	for (;;) {
		// A model that has used up its calls is no longer offered any, and has to answer.
		const left = task.options.maxToolCalls - records.length;
		const reply = await runtime.chat({ chat: task.chat, messages, tools: left > 0 ? specs : [], transcribe }, signal);
		said.push(reply);
		const results = await Promise.all(
			reply.toolCalls.map((call, index) => 
				index < left ? runTool(task.tools, call, signal) : Promise.resolve(refused(call.id)),
			),
		);
		const answered = reply.toolCalls.map((call, index) => ({ call, result: results[index] ?? null }));
		records.push(...answered);
		const toolCalls = answered.map(({ call, result }) => ({ ...call, result: result?.result ?? null }));
		messages.push({ role: 'assistant', content: reply.text, toolCalls });
		if (toolCalls.length === 0) break;
		if (left <= 0) throw new VoiceError('VOICE_ERR_TOOL_LIMIT', `The model still wanted to call tools after ${task.options.maxToolCalls} calls.`);
	}
	const last = said[said.length - 1];
	return {
		text: said.map(({ text }) => text.trim()).filter((text) => text !== '').join(' '),
		tools: records.map(shown),
		stopReason: last?.stopReason,
		usage: {
			promptTokens: sum(said, ({ usage }) => usage.promptTokens),
			reusedTokens: sum(said, ({ usage }) => usage.reusedTokens),
			completionTokens: sum(said, ({ usage }) => usage.completionTokens),
		},
		timings: { ttft: said[0]?.ttftMs, tools: sum(records, ({ result }) => result?.durationMs ?? 0), model: sum(said, ({ durationMs }) => durationMs) },
		messages: messages.filter(({ role }) => role !== 'system'),
		...doneTogether(said),
	};
}

function refused(id: string): ToolResult {
	return {
		id,
		ok: false,
		durationMs: 0,
		result: { error: 'No more tool calls are allowed.', code: 'VOICE_ERR_TOOL_LIMIT' },
	};
}

function sum<T>(list: T[], value: (entry: T) => number): number {
	return list.reduce((total, entry) => total + value(entry), 0);
}
