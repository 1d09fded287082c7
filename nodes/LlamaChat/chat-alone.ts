import { type ChatMessage, UNCLEAR } from '../../runtime/contract/chat';
import type { ChatDone } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';
import { ToolAllowance } from '../../runtime/contract/tool-allowance';
import type { ToolRecord } from '../../runtime/contract/turn';
import { doneTogether } from '../shared/done-by';
import type { ItemWork, OutputJson } from '../shared/each-item';
import { transcribeBefore } from '../shared/look-ahead';
import type { ChatTask } from './chat-task';
import { runTool } from './tools/run-tool';
import { shown } from './tools/tool';

/** Answers a prompt outside of a call: the node itself keeps the messages and runs the tools. */
export async function chatAlone({ context, runtime, signal, turn }: ItemWork, task: ChatTask): Promise<OutputJson> {
	const specs = [...task.tools.values()].map(({ spec: { name, description, parameters } }) => ({ name, description, parameters }));
	const messages: ChatMessage[] = [
		...(task.instructions === '' ? [] : [{ role: 'system' as const, content: task.instructions }]),
		...task.options.messages,
		{ role: 'user', content: task.understood ? task.prompt : UNCLEAR },
	];
	const transcribe = transcribeBefore(context);
	const records: ToolRecord[] = [];
	const said: ChatDone[] = [];
	const allowance = new ToolAllowance(task.options.maxToolCalls, task.tools.keys());
	/** Since the last tool ran: what was said before it is no answer. */
	let answered = false;
	for (;;) {
		const reply = await runtime.chat({ chat: task.chat, messages, tools: allowance.offers ? specs : [], transcribe, ...(turn && { turnId: turn.turnId }) }, signal);
		said.push(reply);
		const { run, refused, stop } = allowance.sort(reply.toolCalls);
		const results = [...refused, ...(await Promise.all(run.map((call) => runTool(task.tools, call, signal))))];
		const step = reply.toolCalls.map((call) => ({ call, result: results.find(({ id }) => id === call.id) ?? null }));
		records.push(...step);
		const toolCalls = step.map(({ call, result }) => ({ ...call, result: result?.result ?? null }));
		messages.push({ role: 'assistant', content: reply.text, toolCalls });
		answered = run.length === 0 && (answered || reply.text.trim() !== '');
		if (toolCalls.length === 0 || (stop && answered)) break;
		if (stop) throw stop;
	}
	const last = said[said.length - 1];
	if (said.every(({ text }) => text.trim() === '')) throw new VoiceError('VOICE_ERR_NO_ANSWER', "The model's answer is empty.");
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

function sum<T>(list: T[], value: (entry: T) => number): number {
	return list.reduce((total, entry) => total + value(entry), 0);
}
