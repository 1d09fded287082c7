import type { CallerTurn } from '../shared/caller-turn';
import type { ItemWork, OutputJson } from '../shared/each-item';
import { speechAhead } from '../shared/look-ahead';
import type { ChatTask } from './chat-task';
import { runTool } from './tools/run-tool';
import { shown } from './tools/tool';

/** Answers the caller. The runtime keeps the conversation and asks for each tool call it wants run. */
export async function replyInTurn(item: ItemWork, turn: CallerTurn, task: ChatTask): Promise<OutputJson> {
	const { context, runtime, asker, signal } = item;
	const ahead = speechAhead(context);
	let step = await runtime.reply(
		turn.turnId,
		{
			...asker,
			prompt: task.prompt,
			understood: task.understood,
			instructions: task.instructions,
			sayWhenUnclear: task.options.sayWhenUnclear,
			chat: task.chat,
			tools: [...task.tools.values()].map(({ spec }) => spec),
			maxToolCalls: task.options.maxToolCalls,
			speak: ahead.settings,
			speakNote: ahead.note,
		},
		signal,
	);
	while (step.status === 'toolCalls') {
		const results = await Promise.all(step.calls.map((call) => runTool(task.tools, call, signal)));
		step = await runtime.toolResults(turn.turnId, { ...asker, results }, signal);
	}
	const { text, interrupted, tools, lookAhead, note, usage, timings, engine, replaced } = step;
	return { ...turn, text, interrupted, tools: tools.map(shown), lookAhead, note, usage, timings, engine, replaced };
}
