import type { IDataObject, IExecuteFunctions, INodeExecutionData, NodeExecutionHint, WorkflowExecuteMode } from 'n8n-workflow';
import type { VoiceRuntime } from '../../runtime/client/voice-runtime';
import type { TurnClaim } from '../../runtime/contract/control';
import type { ErrorCode } from '../../runtime/contract/error-kinds';
import { type CallerTurn, firstItemOf, siblingType } from './caller-turn';
import { toVoiceError } from './node-failure';

/**
 * Somebody who builds a workflow runs a turn again that is over: pinned, from an old execution, or step by step. Its
 * item holds enough for that; only the caller is missing.
 */
const BY_HAND: ReadonlySet<WorkflowExecuteMode> = new Set<WorkflowExecuteMode>(['manual', 'retry', 'evaluation', 'cli']);
const NOT_OURS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['VOICE_ERR_TURN_UNKNOWN', 'VOICE_ERR_TURN_CLAIMED', 'VOICE_ERR_TURN_SUPERSEDED']);

/** What `ItemWork` has before it is known whether there is a call. */
interface Asking {
	readonly context: IExecuteFunctions;
	readonly runtime: VoiceRuntime;
	readonly turn: CallerTurn | undefined;
	readonly asker: TurnClaim;
	readonly signal: AbortSignal | undefined;
}

/** false in a call, also where the caller has gone on or hung up meanwhile: that is the runtime's to say. */
export async function isReplay({ context, runtime, turn, asker, signal }: Asking): Promise<boolean> {
	if (!turn || !BY_HAND.has(context.getMode())) return false;
	try {
		await runtime.claimTurn(turn.turnId, { executionId: asker.executionId, node: asker.node }, signal);
		return false;
	} catch (thrown) {
		const { code } = toVoiceError(thrown);
		if (NOT_OURS.has(code)) return true;
		// A turn that was ours has an end, which the node's own request tells as ever.
		if (code === 'VOICE_ERR_TURN_ENDED') return false;
		throw thrown;
	}
}

/** What a node's output has in common with one in a call, and how it differs. */
export function replayedOutput(turn: CallerTurn, note: string) {
	return { ...turn, lookAhead: false, note: `Replayed without the call, which is over. ${note}`, replayed: true };
}

export function replayHints(items: readonly INodeExecutionData[]): NodeExecutionHint[] {
	const notes = items.map(({ json: { replayed, note } }) => (replayed === true && typeof note === 'string' ? note : ''));
	return [...new Set(notes.filter((note) => note !== ''))].map((message) => ({ message, type: 'info', location: 'outputPane' }));
}

/** The items that hold what the caller said: the node's own, then those of the nodes before it. */
export function turnItems(context: IExecuteFunctions, itemIndex: number): INodeExecutionData[] {
	const own = context.getInputData()[itemIndex];
	const node = context.getNode();
	const types = ['transcribe', 'voiceSessionTrigger'].map((name) => siblingType(node, name));
	const before = context.getParentNodes(node.name).filter(({ type }) => types.includes(type));
	return [own, ...before.map(({ name }) => firstItemOf(context, itemIndex, name))].filter((item) => item !== undefined);
}

/** The language that the caller spoke; '' where no item says so. */
export function callerLanguage(context: IExecuteFunctions, itemIndex: number): string {
	const languages = turnItems(context, itemIndex).map(({ json }: { json: IDataObject }) => json.language);
	return languages.find((language): language is string => typeof language === 'string') ?? '';
}
