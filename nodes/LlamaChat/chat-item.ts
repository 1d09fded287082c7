import { z } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';
import type { ItemWork, OutputItem, OutputJson } from '../shared/each-item';
import { turnPermitOf } from '../shared/call-permit';
import { CHAT_PARAMETERS, chatSettingsFrom, parametersOf } from '../shared/settings';
import { workflowRows } from '../shared/workflow-tool-row';
import { chatAlone } from './chat-alone';
import { type ChatTask, chatOptions } from './chat-task';
import { parameterText, promptToAnswer } from './prompt';
import { replayReply } from './replay-reply';
import { replyInTurn } from './reply-in-turn';
import { connectedTools } from './tools/connected-tool';
import { readableTool } from './tools/readable-tool';
import type { Tool } from './tools/tool';
import { WorkflowTool } from './tools/workflow-tool';

export async function chatItem(item: ItemWork): Promise<OutputItem> {
	const remarks = new Set<string>();
	const task = await taskOf(item, (remark) => remarks.add(remark));
	const json = await answered(item, task);
	item.context.addExecutionHints(...[...remarks].map((message) => ({ message, type: 'warning' as const, location: 'outputPane' as const })));
	return { json };
}

async function answered(item: ItemWork, task: ChatTask): Promise<OutputJson> {
	if (task.options.conversation === 'own') return await chatAlone(item, task);
	if (item.turn) return await replyInTurn(item, item.turn, task);
	return item.replayed ? await replayReply(item, item.replayed, task) : await chatAlone(item, task);
}

async function taskOf({ context, itemIndex }: ItemWork, remark: (hint: string) => void): Promise<ChatTask> {
	const options = checked('Options', chatOptions, context.getNodeParameter('options', itemIndex, {}));
	const { caller, allowedTools } = turnPermitOf(context, itemIndex);
	const rows = checked('Workflow Tools', workflowRows, context.getNodeParameter('tools', itemIndex, {})).workflow;
	const tools = [
		...rows.map((row) => new WorkflowTool(context, row, caller)),
		...(await connectedTools(context, itemIndex, options.toolTimeLimit * 1000)),
	];
	return {
		instructions: parameterText(context.getNodeParameter('instructions', itemIndex, '')),
		prompt: promptToAnswer(context, itemIndex),
		understood: context.getInputData()[itemIndex]?.json.understood !== false,
		chat: chatSettingsFrom(parametersOf(context, itemIndex, CHAT_PARAMETERS)),
		options,
		// The runtime keeps to it in a call. Where it cannot, as when a turn is run again, this does.
		tools: byName(tools.filter(({ spec }) => allowedTools?.includes(spec.name) ?? true).map((tool) => readableTool(tool, remark))),
	};
}

function byName(tools: Tool[]): Map<string, Tool> {
	const named = new Map<string, Tool>();
	for (const tool of tools) {
		if (named.has(tool.spec.name)) {
			throw new VoiceError('VOICE_ERR_BAD_REQUEST', `Two tools are named "${tool.spec.name}".`, { remedy: 'Give each tool a different name.' });
		}
		named.set(tool.spec.name, tool);
	}
	return named;
}

function checked<T extends z.ZodTypeAny>(parameter: string, shape: T, value: unknown): z.output<T> {
	const parsed = shape.safeParse(value);
	if (parsed.success) return parsed.data as z.output<T>;
	const issue = parsed.error.issues[0];
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The parameter "${parameter}" is not valid: ${issue?.path.join('.')}: ${issue?.message}.`);
}
