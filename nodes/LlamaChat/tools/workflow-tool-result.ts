import { setTimeout as pause } from 'node:timers/promises';
import type { INodeExecutionData, IRunExecutionData } from 'n8n-workflow';
import { VoiceError } from '../../../runtime/contract/errors';
import { monotonicClock } from '../../../runtime/lib/clock';

/** n8n tells nobody when an execution that has waited is over, so it is looked for: soon at first, then less often. */
const FIRST_LOOK_MS = 100;
const LATER_LOOKS_SLOWER_BY = 1.2;
const SLOWEST_LOOK_MS = 2000;
/** As long as a call lasts by default. */
const LONGEST_WAIT_MS = 30 * 60_000;

type Items = Array<INodeExecutionData[] | null>;

/**
 * What a workflow gives that has been put to wait, once it has finished.
 * @param read the execution as n8n has stored it; undefined when it has not
 * @throws the workflow's own error; VOICE_ERR_TOOL_UNSAVED where n8n did not keep the result; VOICE_ERR_TOOL_TIMEOUT after half an hour
 */
export async function resultAfterWait(executionId: string, read: () => Promise<IRunExecutionData | undefined>): Promise<Items> {
	const since = monotonicClock.now();
	for (let wait = FIRST_LOOK_MS; monotonicClock.now() - since < LONGEST_WAIT_MS; wait = Math.min(wait * LATER_LOOKS_SLOWER_BY, SLOWEST_LOOK_MS)) {
		await pause(wait, undefined, { ref: false });
		const execution = await read();
		if (!execution) {
			throw new VoiceError(
				'VOICE_ERR_TOOL_UNSAVED',
				`The workflow has finished, but n8n did not keep its result, because it does not save this workflow's executions (execution ${executionId}).`,
			);
		}
		const { error } = execution.resultData;
		if (error) throw new VoiceError('VOICE_ERR_TOOL_FAILED', error.message);
		if (isOver(execution)) return lastItems(execution);
	}
	throw new VoiceError('VOICE_ERR_TOOL_TIMEOUT', `The workflow still waits after ${LONGEST_WAIT_MS / 60_000} minutes (execution ${executionId}).`);
}

/** While it waits, `waitTill` stands in it. While it runs again, that, or (where progress is saved) the nodes to come. */
function isOver({ waitTill, executionData }: IRunExecutionData): boolean {
	if (waitTill) return false;
	const merging = Object.keys(executionData?.waitingExecution ?? {}).length;
	return (executionData?.nodeExecutionStack.length ?? 0) === 0 && merging === 0;
}

function lastItems({ resultData: { runData, lastNodeExecuted } }: IRunExecutionData): Items {
	return runData[lastNodeExecuted ?? '']?.at(-1)?.data?.main ?? [];
}
