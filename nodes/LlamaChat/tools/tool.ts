import type { NodeTool } from '../../../runtime/contract/control';

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
