import { type ToolCall, type ToolResult } from '../../../runtime/contract/chat';
import { boundedJson } from '../../../runtime/contract/json-bounds';
import { monotonicClock } from '../../../runtime/lib/clock';
import { VoiceError } from '../../../runtime/contract/errors';
import type { Tool, ToolOutcome } from './tool';

/**
 * Runs one call. However it fails, the failure is the call's result, in words that the model can repeat:
 * a broken tool must not take the caller's answer away.
 * @throws VOICE_ERR_CANCELLED when the execution is stopped meanwhile. Nothing else.
 */
export async function runTool(
	tools: ReadonlyMap<string, Tool>,
	call: ToolCall,
	cancelled: AbortSignal | undefined,
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
	try {
		const tool = tools.get(call.name);
		if (!tool) throw new VoiceError('VOICE_ERR_TOOL_UNKNOWN', `There is no tool named "${call.name}".`);
		return ended(true, await within(tool, call, cancelled));
	} catch (thrown) {
		const error = VoiceError.from(thrown, 'VOICE_ERR_TOOL_FAILED');
		if (error.code === 'VOICE_ERR_CANCELLED') throw error;
		return ended(false, { result: { error: error.message, code: error.code } });
	}
}

async function within(tool: Tool, call: ToolCall, cancelled: AbortSignal | undefined): Promise<ToolOutcome> {
	const stopped = new VoiceError('VOICE_ERR_CANCELLED', 'The execution was stopped.');
	const late = new VoiceError(
		'VOICE_ERR_TOOL_TIMEOUT',
		`The tool "${call.name}" did not finish within ${tool.limitMs / 1000} seconds. It is still running in the background.`,
	);
	if (cancelled?.aborted) throw stopped;
	let limit: NodeJS.Timeout | undefined;
	let stop = (): void => undefined;
	const cutShort = new Promise<never>((_resolve, reject) => {
		limit = setTimeout(() => reject(late), tool.limitMs);
		stop = () => reject(stopped);
		cancelled?.addEventListener('abort', stop);
	});
	try {
		// What the tool does after it was cut short is its own affair: the race has taken its rejection, too.
		return await Promise.race([tool.run(call.arguments), cutShort]);
	} finally {
		clearTimeout(limit);
		cancelled?.removeEventListener('abort', stop);
	}
}
