import type { IDataObject } from 'n8n-workflow';
import type { NodeTool } from '../../../runtime/contract/control';
import type { ToolRecord } from '../../../runtime/contract/turn';

/** What a tool gave back. */
export interface ToolOutcome {
	readonly result: unknown;
	/** The execution of the sibling workflow. */
	readonly executionId?: string;
}

/** Anything the model may call, whichever way it came to the node. */
export interface Tool {
	readonly spec: NodeTool;
	readonly limitMs: number;
	/** Throws VOICE_ERR_TOOL_ARGUMENTS before it has done anything, or whatever the tool fails with. */
	run(args: Record<string, unknown>): Promise<ToolOutcome>;
}

/** A tool call as the node's output shows it. */
export function shown({ call, result }: ToolRecord): IDataObject {
	return {
		name: call.name,
		arguments: call.arguments,
		ok: result?.ok ?? false,
		result: result?.result ?? null,
		durationMs: Math.round(result?.durationMs ?? 0),
		...(result?.executionId === undefined ? {} : { executionId: result.executionId }),
		...(result?.pending ? { pending: true } : {}),
	};
}
