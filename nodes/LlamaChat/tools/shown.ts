import type { IDataObject } from 'n8n-workflow';
import type { ToolRecord } from '../../../runtime/contract/turn';

/** A tool call as the node's output shows it. */
export function shown({ call, result }: ToolRecord): IDataObject {
	return {
		name: call.name,
		arguments: call.arguments,
		ok: result?.ok ?? false,
		result: result?.result ?? null,
		durationMs: Math.round(result?.durationMs ?? 0),
		...(result?.executionId === undefined ? {} : { executionId: result.executionId }),
	};
}
