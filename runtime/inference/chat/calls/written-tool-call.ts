import { randomBytes } from 'node:crypto';
import type { ToolCall, ToolSpec } from '../../../contract/chat';
import { boundedArguments } from '../../../contract/json-bounds';
import { readToolArguments } from './arguments';

/** Letters of a name, as servers take it back in the history. */
const LONGEST_NAME = 64;

const BEYOND_BOUNDS = 'Its arguments are too long, or nested too deeply. Call it again with less.';
const NONE_FOUND = 'Its arguments are missing, or end in the middle. Call it again with all of them, as one complete JSON object.';

/**
 * A call as a model wrote it, with an id of ours. Arguments that cannot be read are a `problem`, which it is told.
 * `json`: undefined where the call has none that can be found. `cut`: the answer ended at its limit.
 */
export function writtenToolCall(name: string, json: string | undefined, tools: readonly ToolSpec[], cut = false): ToolCall {
	const tool = tools.find((candidate) => candidate.name === nameAmong(name, tools));
	const read = json === undefined ? { problem: NONE_FOUND } : readToolArguments(json, tool, cut);
	const call = { id: `call_${randomBytes(9).toString('base64url')}`, name: tool?.name ?? asName(name) };
	if ('values' in read && !boundedArguments.safeParse(read.values).success) return { ...call, arguments: {}, problem: BEYOND_BOUNDS };
	return 'problem' in read ? { ...call, arguments: {}, problem: read.problem } : { ...call, arguments: trimmed(read.values) };
}

/** The offered tool that is meant: by its name, without the module that models put before it, or in other capitals. */
function nameAmong(written: string, tools: readonly ToolSpec[]): string | undefined {
	const name = written.trim();
	const bare = name.replace(/^.*[./](?=[\w-]+(?::\d+)?$)/, '').replace(/:\d+$/, '');
	for (const candidate of [name, bare]) {
		if (tools.some((tool) => tool.name === candidate)) return candidate;
	}
	const alike = tools.filter((tool) => tool.name.toLowerCase() === bare.toLowerCase());
	return alike.length === 1 ? alike[0]?.name : undefined;
}

function asName(written: string): string {
	return written.trim().replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, LONGEST_NAME) || 'unknown';
}

/** Models put spaces around copied words now and then. */
function trimmed(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value]));
}
