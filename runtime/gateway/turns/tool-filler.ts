import type { ToolCall } from '../../contract/chat';
import type { NodeTool } from '../../contract/control';

/** What the caller hears while these tools run: of the first that has something to say. */
export function toolFiller(calls: readonly ToolCall[], tools: readonly NodeTool[]): string | undefined {
	const fillers = calls.map(({ name }) => tools.find((tool) => tool.name === name)?.sayWhileRunning ?? '');
	return fillers.find((filler) => filler !== '');
}
