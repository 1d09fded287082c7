import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';
import type { VoiceRuntime } from '../../runtime/client/voice-runtime';
import type { Asker } from '../../runtime/contract/control';
import type { ErrorCode } from '../../runtime/contract/error-kinds';
import { type CallerTurn, firstItemOf, siblingType } from './caller-turn';
import { toVoiceError } from './node-failure';

const SUPERSEDED: ErrorCode = 'VOICE_ERR_TURN_SUPERSEDED';
const begunEarly = z.object({ speculation: z.object({ early: z.literal(true) }) });

/** The custom data of its execution, which n8n shows in its list and gives out by its API. */
const CUSTOM_DATA = { name: 'voiceTurn', value: 'superseded' };
const withCustomData = z.object({ $execution: z.object({ customData: z.object({ set: z.function() }) }) });

interface Failed {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly runtime: VoiceRuntime;
	readonly turn: CallerTurn;
	readonly asker: Asker;
}

/**
 * Has the caller gone on with a turn that was begun early? An error that the node made by itself counts only if the turn does: so
 * it waits until that is known.
 */
export async function isSuperseded({ context, itemIndex, runtime, turn, asker }: Failed, thrown: unknown): Promise<boolean> {
	if (toVoiceError(thrown).code === SUPERSEDED) return true;
	if (!begunEarly.safeParse(itemOfTrigger(context, itemIndex)).success) return false;
	try {
		await runtime.claimTurn(turn.turnId, { executionId: asker.executionId, node: asker.node }, context.getExecutionCancelSignal());
		return false;
	} catch (unknown) {
		return toVoiceError(unknown).code === SUPERSEDED;
	}
}

/** The node gives out no item, so the execution ends with it: as a success, and it can be told from the others. */
export function markSuperseded(context: IExecuteFunctions, itemIndex: number): void {
	const proxy = withCustomData.safeParse({ $execution: (context.getWorkflowDataProxy(itemIndex) as { $execution?: unknown }).$execution });
	if (proxy.success) proxy.data.$execution.customData.set(CUSTOM_DATA.name, CUSTOM_DATA.value);
}

function itemOfTrigger(context: IExecuteFunctions, itemIndex: number): unknown {
	const own = context.getNode();
	const trigger = context.getParentNodes(own.name).find(({ type }) => type === siblingType(own, 'voiceSessionTrigger'));
	return trigger && firstItemOf(context, itemIndex, trigger.name)?.json;
}
