import { type INode, type NodeConnectionType, NodeConnectionTypes, type NodeTypeAndVersion } from 'n8n-workflow';
import { z } from 'zod';
import { type SpeakSettings, type TranscribeSettings, speakSettings } from '../../runtime/contract/agent-settings';
import { type ChatSettings, type OfferedTool, type PromptStart, offeredTool, promptStart } from '../../runtime/contract/chat';
import type { AnsweredBy } from '../../runtime/contract/control';
import { siblingType } from './caller-turn';
import {
	CHAT_PARAMETERS,
	SPEAK_PARAMETERS,
	TRANSCRIBE_PARAMETERS,
	chatSettingsFrom,
	hasExpression,
	speakSettingsFrom,
	transcribeSettingsFrom,
	withFixedTexts,
} from './settings';
import { specOf, workflowRow, workflowRows } from './workflow-tool-row';

/**
 * Reading the nodes that follow, so that their work can start before the item gets there: recognition while
 * the caller talks, speech while the model is still writing.
 */
export interface WorkflowReader {
	getNode(): INode;
	getChildNodes(name: string, options?: { includeNodeParameters?: boolean }): NodeTypeAndVersion[];
	getParentNodes(name: string, options?: { connectionType?: NodeConnectionType; depth?: number; includeNodeParameters?: boolean }): NodeTypeAndVersion[];
}

/** `note` says why there is no look-ahead. */
export type Ahead<T> = { settings: T; note: '' } | { settings: null; note: string };

const MOST_TOOLS_AHEAD = 64;

/** The default text of Orpheus Speak: that of the node before it. */
export const TEXT_OF_ITEM = '={{ $json.text }}';

export function transcribeAhead(reader: WorkflowReader): Ahead<TranscribeSettings> {
	const [node, ...others] = following(reader, 'transcribe').filter(({ parameters }) => parameters?.source !== 'binary');
	if (!node) return none('No Transcribe node follows the trigger.');
	if (others.length > 0) return none('Several Transcribe nodes follow the trigger.');
	return read(node, TRANSCRIBE_PARAMETERS, transcribeSettingsFrom);
}

/** The model of the only Llama Chat node, for the runtime to load while the greeting is spoken. */
export function chatAhead(reader: WorkflowReader): ChatSettings | null {
	const [node, ...others] = following(reader, 'llamaChat');
	return node && others.length === 0 ? read(node, CHAT_PARAMETERS, chatSettingsFrom).settings : null;
}

const toolsShape = z.object({ workflow: z.array(z.unknown()).default([]) });

/**
 * The workflows that the only Llama Chat node offers as tools, as far as they are known before it runs: what a caller has to say
 * for them decides when the first turn ends. Of connected tools only the node itself can tell.
 */
export function toolsAhead(reader: WorkflowReader): OfferedTool[] {
	const [node, ...others] = following(reader, 'llamaChat');
	if (!node || others.length > 0) return [];
	const { data } = toolsShape.safeParse(node.parameters?.tools ?? {});
	return (data?.workflow ?? []).slice(0, MOST_TOOLS_AHEAD).flatMap((each) => {
		const row = workflowRow.safeParse(withFixedTexts(each)).data;
		if (!row || hasExpression([row.name, row.inputs])) return [];
		return offeredTool.safeParse(specOf({ ...row, description: '' })).data ?? [];
	});
}

const promptStartParameters = z.object({
	instructions: z.string(),
	tools: workflowRows.default({}),
	options: z.object({ conversation: z.literal('auto').optional(), maxToolCalls: z.number().optional() }).default({}),
});

/**
 * What the model of the only Llama Chat node reads before all that is said, for it to be read while the greeting is spoken. null
 * where it is not known: an expression stands in it, or a tool is connected, which n8n tells to the node alone.
 */
export function promptStartAhead(reader: WorkflowReader): PromptStart | null {
	const [node, ...others] = following(reader, 'llamaChat');
	if (!node || others.length > 0) return null;
	const connected = reader.getParentNodes(node.name, { connectionType: NodeConnectionTypes.AiTool, depth: 1 });
	if (connected.some(({ disabled }) => !disabled)) return null;
	return read(node, ['instructions', 'tools', 'options'], promptStartFrom).settings;
}

/** @throws ZodError */
function promptStartFrom(parameters: unknown): PromptStart {
	const { instructions, tools, options } = promptStartParameters.parse(parameters);
	return promptStart.parse({ instructions, tools: options.maxToolCalls === 0 ? [] : tools.workflow.map(specOf) });
}

/** Whether a Llama Chat node answers in this workflow at all. */
export function hasLlamaChat(reader: WorkflowReader): boolean {
	return following(reader, 'llamaChat').length > 0;
}

/** Who answers what a Transcribe node transcribes outside of a call. */
export function answeredByAhead(reader: WorkflowReader): AnsweredBy {
	return { chat: chatAhead(reader), llamaChat: hasLlamaChat(reader) };
}

/** The settings of the Transcribe before a Llama Chat: null where there is none, or they are not known. */
export function transcribeBefore(reader: WorkflowReader): TranscribeSettings | null {
	const own = reader.getNode();
	const type = siblingType(own, 'transcribe');
	const node = reader.getParentNodes(own.name, { includeNodeParameters: true }).find((parent) => parent.type === type && !parent.disabled);
	return node ? read(node, TRANSCRIBE_PARAMETERS, transcribeSettingsFrom).settings : null;
}

/** The voice of the greeting: that of the only Orpheus Speak node, or else the default one. */
export function greetingVoice(reader: WorkflowReader): SpeakSettings {
	const [node, ...others] = speakersFollowing(reader);
	const voice = node && others.length === 0 ? read(node, SPEAK_PARAMETERS, speakSettingsFrom).settings : null;
	return voice ?? speakSettings.parse({});
}

/** The voices of all that speaks to the caller; null where one is not known. */
export function speakersAhead(reader: WorkflowReader): Array<SpeakSettings | null> {
	return speakersFollowing(reader).map((node) => read(node, SPEAK_PARAMETERS, speakSettingsFrom).settings);
}

export function speechAhead(reader: WorkflowReader): Ahead<SpeakSettings> {
	const own = reader.getNode().name;
	const speakers = speakersFollowing(reader);
	const direct = speakers.filter(({ name }) => reader.getParentNodes(name, { depth: 1 }).some((parent) => parent.name === own));
	const [node, ...others] = direct;
	if (!node) {
		return none(speakers[0] ? `Another node is between this one and "${speakers[0].name}".` : 'No Orpheus Speak node follows.');
	}
	if (others.length > 0) return none('Several Orpheus Speak nodes follow.');
	if (node.parameters?.text !== TEXT_OF_ITEM) return none(`"${node.name}" speaks a different text from this node's.`);
	return read(node, SPEAK_PARAMETERS, speakSettingsFrom);
}

function none(note: string): { settings: null; note: string } {
	return { settings: null, note };
}

function following(reader: WorkflowReader, name: string): NodeTypeAndVersion[] {
	const node = reader.getNode();
	const type = siblingType(node, name);
	return reader
		.getChildNodes(node.name, { includeNodeParameters: true })
		.filter((child) => child.type === type && !child.disabled);
}

function speakersFollowing(reader: WorkflowReader): NodeTypeAndVersion[] {
	return following(reader, 'orpheusSpeak').filter(({ parameters }) => parameters?.destination !== 'file');
}

function read<T>(node: NodeTypeAndVersion, names: readonly string[], parse: (parameters: unknown) => T): Ahead<T> {
	const parameters = Object.fromEntries(names.map((name) => [name, withFixedTexts(node.parameters?.[name])]));
	const computed = names.find((name) => hasExpression(parameters[name]));
	if (computed) return none(`"${computed}" of "${node.name}" is an expression.`);
	try {
		return { settings: parse(parameters), note: '' };
	} catch {
		// The node itself says what is wrong with it when it runs.
		return none(`The parameters of "${node.name}" are not valid.`);
	}
}
