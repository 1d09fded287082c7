import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { VoiceRuntime } from '../../runtime/client/voice-runtime';
import type { Asker } from '../../runtime/contract/control';
import type { DoneBy } from '../../runtime/contract/engines';
import type { ErrorCode } from '../../runtime/contract/error-kinds';
import type { VoiceError } from '../../runtime/contract/errors';
import { type CallerTurn, callerTurnOf } from './caller-turn';
import { hintsOf } from './done-by';
import { nodeFailure, toVoiceError } from './node-failure';
import { isReplay, replayHints } from './replay';
import { runtimeOf } from './runtime-of-node';
import { isSuperseded, markSuperseded } from './superseded';

/** One item's work, with everything it needs to know of where it stands. */
export interface ItemWork {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly runtime: VoiceRuntime;
	/** undefined outside of a session. */
	readonly turn: CallerTurn | undefined;
	/** The turn that is replayed without its call, which is over; `turn` is undefined then. */
	readonly replayed: CallerTurn | undefined;
	/** Who asks the gateway: it gives a turn to the first execution that asks, and knows a second try of the same work. */
	readonly asker: Asker;
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
 * Runs `work` for each item in order. A failure in a caller's turn is told to the runtime, so that the caller hears of it
 * at once when it was the node's last try; then the node fails, or gives the error out where it is set to continue. An
 * engine that was replaced is no failure: the editor shows it beside the output. An item whose turn was begun early for nothing
 * gives none.
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
		const asker = { executionId: context.getExecutionId(), node: node.name, run: runOf(context, itemIndex), item: itemIndex };
		let runtime: VoiceRuntime | undefined;
		let replayed: CallerTurn | undefined;
		try {
			runtime = await runtimeOf(context);
			const signal = context.getExecutionCancelSignal();
			replayed = (await isReplay({ context, runtime, turn, asker, signal })) ? turn : undefined;
			const result = await work({ context, itemIndex, runtime, turn: replayed ? undefined : turn, replayed, asker, signal });
			done.push(result.json);
			results.push({ ...result, pairedItem: { item: itemIndex } });
		} catch (thrown) {
			if (turn && runtime && !replayed && (await isSuperseded({ context, itemIndex, runtime, turn, asker }, thrown))) {
				markSuperseded(context, itemIndex);
				continue;
			}
			const error = toVoiceError(thrown);
			const goesOn = context.continueOnFail();
			// A workflow that continues may still answer the turn with other words; one that was stopped will not.
			if (turn && runtime && (!goesOn || error.code === 'VOICE_ERR_CANCELLED')) await tellCaller(runtime, turn, { ...asker, ...triesOf(node) }, error);
			const failure = nodeFailure(node, thrown, itemIndex);
			if (!goesOn) throw failure;
			results.push(errorItem(node, { ...turn, error: { ...error.toShape() } }, failure, itemIndex));
		}
	}
	context.addExecutionHints(...hintsOf(done), ...replayHints(results));
	return [results];
}

/** The same for all tries of one run, another one in each round of a loop. */
function runOf(context: IExecuteFunctions, itemIndex: number): number | undefined {
	const run: unknown = context.getWorkflowDataProxy(itemIndex).$runIndex;
	return typeof run === 'number' ? run : undefined;
}

/** As n8n itself reads these settings: it does not say which try it is, nor whether another one follows. */
function triesOf({ retryOnFail, maxTries, waitBetweenTries }: INode): { tries: number; retryAfterMs: number } {
	if (retryOnFail !== true) return { tries: 1, retryAfterMs: 0 };
	return {
		tries: Math.min(5, Math.max(2, maxTries || 3)),
		retryAfterMs: Math.min(5000, Math.max(0, waitBetweenTries || 1000)),
	};
}

/**
 * n8n moves an item that has an `error` to the node's error output, and joins it there with the item that came in. But
 * then it puts the bare message in the place of all the data of items that have an `error`. So n8n finds it where it
 * looks for it, and not in the copy that it makes.
 */
export function errorItem(node: INode, json: IDataObject, error: NodeOperationError, itemIndex: number): INodeExecutionData {
	const item: INodeExecutionData = { json, pairedItem: { item: itemIndex } };
	if (node.onError === 'continueErrorOutput') Object.defineProperty(item, 'error', { value: error, enumerable: false, writable: true });
	return item;
}

async function tellCaller(runtime: VoiceRuntime, turn: CallerTurn, asker: Asker & ReturnType<typeof triesOf>, { code, message }: VoiceError): Promise<void> {
	if (NOTHING_TO_FAIL.has(code)) return;
	// The node's own error must not be hidden by one in telling it.
	await runtime.turnFailed(turn.turnId, { ...asker, code, message: message.slice(0, 2000) }).catch(() => undefined);
}
