import { type ToolCall, type ToolResult } from '../../../runtime/contract/chat';
import { boundedJson } from '../../../runtime/contract/json-bounds';
import { monotonicClock } from '../../../runtime/lib/clock';
import { VoiceError } from '../../../runtime/contract/errors';
import type { Tool, ToolOutcome } from './tool';

/**
 * Runs one call. However it fails, the failure is the call's result, in words that the model can repeat:
 * a broken tool must not take the caller's answer away.
 * @param takeLate gets what a tool gives that has not finished within its time limit; its result so far is `pending`
 * @throws VOICE_ERR_CANCELLED when the execution is stopped meanwhile. Nothing else.
 */
export async function runTool(
	tools: ReadonlyMap<string, Tool>,
	call: ToolCall,
	cancelled: AbortSignal | undefined,
	takeLate: (result: Promise<ToolResult>) => void = () => undefined,
): Promise<ToolResult> {
	const since = monotonicClock.now();
	const ended = (ok: boolean, outcome: ToolOutcome): ToolResult => ({
		id: call.id,
		ok,
		durationMs: monotonicClock.now() - since,
		// Whatever it is: it goes to the runtime as JSON, and into the conversation.
		result: boundedJson(outcome.result ?? null),
		...(outcome.executionId === undefined ? {} : { executionId: outcome.executionId }),
	});
	const finished = async (outcome: Promise<ToolOutcome>): Promise<ToolResult> => {
		try {
			return ended(true, await outcome);
		} catch (thrown) {
			const error = VoiceError.from(thrown, 'VOICE_ERR_TOOL_FAILED');
			if (error.code === 'VOICE_ERR_CANCELLED') throw error;
			return ended(false, { result: { error: error.message, code: error.code } });
		}
	};
	if (cancelled?.aborted) throw stopped();
	const tool = tools.get(call.name);
	if (!tool) return await finished(Promise.reject(new VoiceError('VOICE_ERR_TOOL_UNKNOWN', `There is no tool named "${call.name}".`)));
	const running = finished(tool.run(call.arguments));
	const inTime = await within(tool.limitMs, running, cancelled);
	if (inTime) return inTime;
	takeLate(running);
	const note = `The tool "${call.name}" has not finished within ${tool.limitMs / 1000} seconds. It goes on, and its result is not known yet.`;
	return { ...ended(false, { result: { status: 'still running', note, code: 'VOICE_ERR_TOOL_TIMEOUT' } }), pending: true };
}

/** undefined when the time is over first. */
async function within(limitMs: number, running: Promise<ToolResult>, cancelled: AbortSignal | undefined): Promise<ToolResult | undefined> {
	let limit: NodeJS.Timeout | undefined;
	let stop = (): void => undefined;
	const cutShort = new Promise<undefined>((resolve, reject) => {
		limit = setTimeout(() => resolve(undefined), limitMs);
		stop = () => reject(stopped());
		cancelled?.addEventListener('abort', stop);
	});
	try {
		// What the tool does after it was cut short harms nobody: the race has taken its rejection, too.
		return await Promise.race([running, cutShort]);
	} finally {
		clearTimeout(limit);
		cancelled?.removeEventListener('abort', stop);
	}
}

function stopped(): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The execution was stopped.');
}
