import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { VoiceRuntime } from '../../runtime/client/voice-runtime';
import type { DoneBy } from '../../runtime/contract/engines';
import type { ErrorCode } from '../../runtime/contract/errors';
import { type CallerTurn, callerTurnOf } from './caller-turn';
import { hintsOf } from './done-by';
import { nodeFailure, toVoiceError } from './node-failure';
import { runtimeOf } from './runtime-of-node';

/** One item's work, with everything it needs to know of where it stands. */
export interface ItemWork {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly runtime: VoiceRuntime;
	/** undefined outside of a session. */
	readonly turn: CallerTurn | undefined;
	/** Who asks the gateway: it gives a turn to the first execution that asks. */
	readonly asker: { executionId: string; node: string };
	/** Aborted when the execution is stopped in n8n. */
	readonly signal: AbortSignal | undefined;
}

/** Every output says which engine did the work, and which ones it replaced. */
export type OutputJson = IDataObject & DoneBy;
export type OutputItem = INodeExecutionData & { json: OutputJson };

/** The gateway already knows that these turns are over, or belong to another execution. */
const NOTHING_TO_FAIL: ReadonlySet<ErrorCode> = new Set([
	'VOICE_ERR_TURN_UNKNOWN',
	'VOICE_ERR_TURN_CLAIMED',
	'VOICE_ERR_TURN_ENDED',
	'VOICE_ERR_RUNTIME_UNREACHABLE',
]);

/**
 * Runs `work` for each item in order. A failure in a caller's turn is told to the runtime, so that the caller
 * hears of it at once; then the node fails, or gives the error out where it is set to continue. An engine that
 * was replaced is no failure: the editor shows it beside the output.
 */
export async function eachItem(
	context: IExecuteFunctions,
	work: (item: ItemWork) => Promise<OutputItem>,
): Promise<INodeExecutionData[][]> {
	const results: INodeExecutionData[] = [];
	const done: DoneBy[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		const turn = callerTurnOf(context, itemIndex);
		const node = context.getNode();
		const asker = { executionId: context.getExecutionId(), node: node.name };
		let runtime: VoiceRuntime | undefined;
		try {
			runtime = await runtimeOf(context);
			const result = await work({ context, itemIndex, runtime, turn, asker, signal: context.getExecutionCancelSignal() });
			done.push(result.json);
			results.push({ ...result, pairedItem: { item: itemIndex } });
		} catch (thrown) {
			const failure = nodeFailure(node, thrown, itemIndex);
			const goesOn = context.continueOnFail();
			// A workflow that continues may still answer the turn with other words.
			if (turn && runtime && !goesOn) await tellCaller(runtime, turn, asker, thrown);
			if (!goesOn) throw failure;
			results.push({
				json: { ...turn, error: { ...toVoiceError(thrown).toShape() } },
				// With `error` n8n moves the item to the node's error output; elsewhere it would replace all of its data.
				...(node.onError === 'continueErrorOutput' ? { error: failure } : {}),
				pairedItem: { item: itemIndex },
			});
		}
	}
	context.addExecutionHints(...hintsOf(done));
	return [results];
}

async function tellCaller(
	runtime: VoiceRuntime,
	turn: CallerTurn,
	asker: ItemWork['asker'],
	thrown: unknown,
): Promise<void> {
	const { code, message } = toVoiceError(thrown);
	if (NOTHING_TO_FAIL.has(code)) return;
	// The node's own error must not be hidden by one in telling it.
	await runtime.turnFailed(turn.turnId, { ...asker, code, message: message.slice(0, 2000) }).catch(() => undefined);
}
