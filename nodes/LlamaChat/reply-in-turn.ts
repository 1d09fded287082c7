import type { ToolResult } from '../../runtime/contract/chat';
import type { CallerTurn } from '../shared/caller-turn';
import type { ItemWork, OutputJson } from '../shared/each-item';
import { speechAhead } from '../shared/look-ahead';
import type { ChatTask } from './chat-task';
import { runTool } from './tools/run-tool';
import { shown } from './tools/tool';
import { whileToolsRun } from './tools/while-tools-run';

/** This execution is long over then: there is nobody to tell of a failure. After the call nobody asks for the result. */
async function giveLate({ runtime, asker }: ItemWork, { turnId }: CallerTurn, result: Promise<ToolResult>): Promise<void> {
	await result.then(async (known) => await runtime.lateToolResults(turnId, { ...asker, results: [known] })).catch(() => undefined);
}

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
			checkInputs: task.options.checkToolInputs,
			speak: ahead.settings,
			speakNote: ahead.note,
			tellsOfTools: true,
		},
		signal,
	);
	while (step.status === 'toolCalls') {
		const late: Array<Promise<ToolResult>> = [];
		const { calls } = step;
		try {
			step = await whileToolsRun(item, turn, async () => {
				const results = await Promise.all(calls.map((call) => runTool(task.tools, call, signal, (result) => late.push(result))));
				return await runtime.toolResults(turn.turnId, { ...asker, results }, signal);
			});
		} finally {
			// From here on the runtime knows that they are to come.
			for (const result of late) void giveLate(item, turn, result);
		}
	}
	const { text, interrupted, tools, lookAhead, note, usage, timings, engine, replaced } = step;
	return { ...turn, text, interrupted, tools: tools.map(shown), lookAhead, note, usage, timings, engine, replaced };
}
