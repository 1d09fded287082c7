import type { INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { z } from 'zod';
import { speculationModes, type SpeakSettings, type SpeculationSettings, type TranscribeSettings } from '../../runtime/contract/agent-settings';
import type { ChatSettings } from '../../runtime/contract/chat';
import { serverNamed } from '../../runtime/contract/engines';
import { siblingType } from '../shared/caller-turn';
import { type WorkflowReader, chatAhead, speakersAhead } from '../shared/look-ahead';

export const speculationChoice = z.enum(['auto', ...speculationModes]).default('auto');

/** What n8n keeps in the context of a node, and its own functions read: there is no other way to see all connections. */
const workflowShape = z.object({
	nodes: z.record(z.object({ type: z.string(), disabled: z.boolean().optional(), alwaysOutputData: z.boolean().optional(), parameters: z.record(z.unknown()).default({}) })),
	connectionsBySourceNode: z.record(z.object({ main: z.array(z.array(z.object({ node: z.string() })).nullish()).optional() })),
});
type Workflow = z.infer<typeof workflowShape>;
type WorkflowNode = Workflow['nodes'][string];

/**
 * Whether turns of this workflow may be begun before their end is certain. Only our nodes know how to wait for that, and to
 * stop: so all between the trigger and Orpheus Speak must be ours. What follows Orpheus Speak runs when it has spoken.
 */
export function speculationOf(reader: WorkflowReader, choice: z.infer<typeof speculationChoice>, transcribe: TranscribeSettings | null): SpeculationSettings {
	if (choice === 'off') return { mode: 'off', inPauses: false, note: '' };
	const obstacle = obstacleIn(reader);
	if (obstacle !== undefined) return { mode: 'off', inPauses: false, note: `Turns are not begun early: ${obstacle}` };
	const { mode, note } = choice === 'auto' ? free(chatAhead(reader), speakersAhead(reader)) : { mode: choice, note: '' };
	// An execution alone has nothing to gain by it.
	const inPauses = mode !== 'workflow' && transcribe !== null && (choice !== 'auto' || ![transcribe.model, ...transcribe.fallbacks].some(isServer));
	return { mode, inPauses, note };
}

/** By itself nothing is begun early that may cost money. */
function free(chat: ChatSettings | null, speakers: ReadonlyArray<SpeakSettings | null>): Pick<SpeculationSettings, 'mode' | 'note'> {
	if (!chat) return { mode: 'workflow', note: 'The model is not asked early: which one answers is not known before, and it may cost money. Choose "Speculation" in the Voice Session Trigger to do it all the same.' };
	if ([chat.model, ...chat.fallbacks].some(isServer)) {
		return { mode: 'workflow', note: 'The model is not asked early: a server answers, and what it writes for nothing may cost money. Choose "Speculation" in the Voice Session Trigger to do it all the same.' };
	}
	const voices = speakers.every((speak) => speak !== null && ![speak.engine, ...speak.fallbacks.map(({ engine }) => engine)].some(isServer));
	if (voices) return { mode: 'modelAndVoice', note: '' };
	return { mode: 'model', note: 'Speech is not made early: its voice may be a server\'s, and cost money. Choose "Speculation" in the Voice Session Trigger to do it all the same.' };
}

function isServer(engine: string): boolean {
	return serverNamed(engine) !== undefined;
}

/** What stands in the way, in words. */
function obstacleIn(reader: WorkflowReader): string | undefined {
	const parsed = workflowShape.safeParse((reader as { workflow?: unknown }).workflow);
	if (!parsed.success) return 'this n8n does not tell how the nodes are connected.';
	const { nodes, connectionsBySourceNode } = parsed.data;
	const trigger = reader.getNode();
	const seen = new Set<string>();
	// Of the trigger, only its first output is a turn.
	const waiting = namesOf(connectionsBySourceNode[trigger.name]?.main?.slice(0, 1));
	let answers = false;
	for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
		const node = nodes[name];
		if (!node || seen.has(name)) continue;
		seen.add(name);
		const what = ourNode(node, (type) => siblingType(trigger, type));
		if (node.disabled !== true) {
			if (typeof what !== 'string') return `"${name}" ${what.obstacle}`;
			if (node.alwaysOutputData === true) return `"${name}" is set to "Always Output Data".`;
			answers ||= what === 'llamaChat';
			if (what === 'orpheusSpeak') continue;
		}
		waiting.push(...namesOf(connectionsBySourceNode[name]?.main));
	}
	return answers ? undefined : 'no Llama Chat node follows the trigger.';
}

function namesOf(outputs: Workflow['connectionsBySourceNode'][string]['main']): string[] {
	return (outputs ?? []).flatMap((output) => output ?? []).map(({ node }) => node);
}

const inTheCall = z.object({ conversation: z.literal('auto').optional() });

type OurNode = 'transcribe' | 'llamaChat' | 'orpheusSpeak';

/** One that works on the caller's turn, or why it does not. */
function ourNode({ type, parameters }: WorkflowNode, typeOf: (name: string) => string): OurNode | { obstacle: string } {
	const own = (['transcribe', 'llamaChat', 'orpheusSpeak'] as const).find((name) => type === typeOf(name));
	if (own === undefined) return { obstacle: 'stands before Orpheus Speak, or beside it, and would also run for a turn that goes on.' };
	const { source, destination, options = {} } = parameters;
	const isElsewhere = own === 'transcribe' ? isOther(source, ['auto', 'turn']) : own === 'orpheusSpeak' ? isOther(destination, ['auto', 'caller']) : false;
	if (isElsewhere) return { obstacle: 'may work on something else than the caller\'s turn.' };
	if (own === 'llamaChat' && !inTheCall.safeParse(options).success) return { obstacle: 'may have a conversation of its own.' };
	return own;
}

function isOther(value: unknown, known: readonly string[]): boolean {
	return value !== undefined && !(typeof value === 'string' && known.includes(value));
}

const withNote = z.object({ speculation: z.object({ note: z.string().min(1) }) });

/** In the editor it stands beside the turn why turns are not begun early. */
export function speculationHints(items: readonly INodeExecutionData[]): NodeExecutionHint[] {
	const notes = items.flatMap(({ json }) => withNote.safeParse(json).data?.speculation.note ?? []);
	return [...new Set(notes)].map((message) => ({ message, type: 'info', location: 'outputPane' }));
}
