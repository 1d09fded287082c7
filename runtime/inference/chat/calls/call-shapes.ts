import { parseJson } from '../../../lib/json';
import { jsonrepair } from './json-repair';

/** What a model means to call, as it wrote it. `json`: its arguments; undefined where they are not to be found. */
export interface WrittenCall {
	readonly name: string;
	readonly json: string | undefined;
}

const NAMES = ['name', 'function', 'tool', 'tool_name', 'function_name', 'toolName', 'functionName', 'action', 'recipient_name'];
const ARGUMENTS = [
	'arguments', 'parameters', 'args', 'params', 'input', 'inputs', 'kwargs',
	'action_input', 'tool_input', 'tool_args', 'tool_arguments', 'tool_parameters', 'function_args', 'function_arguments',
];
/** A list of calls, or one of them, under its name. */
const HOLDERS = ['tool_calls', 'tool_call', 'toolCalls', 'toolCall', 'function_calls', 'function_call', 'functionCall', 'tool_uses', 'calls'];
const IDENTIFIER = /^[\w.:/-]{1,80}$/;

/** No call is so long, and mending takes its time. */
const LONGEST_MENDED = 20_000;

export function jsonOrMended(text: string): unknown {
	const value = parseJson(text);
	if (value !== undefined || text.length > LONGEST_MENDED) return value;
	try {
		return parseJson(jsonrepair(text));
	} catch {
		return undefined;
	}
}

/**
 * The calls that a JSON value is; none where it is something else. `isName`: whether a single field of this name, or an
 * object with nothing but a name, is a call.
 */
export function callsOfJson(value: unknown, isName: (name: string) => boolean): WrittenCall[] {
	if (Array.isArray(value)) {
		const calls = value.map((entry: unknown) => (Array.isArray(entry) ? [] : callsOfJson(entry, isName)));
		return calls.every(({ length }) => length > 0) ? calls.flat() : [];
	}
	if (typeof value !== 'object' || value === null) return [];
	const fields = Object.entries(value as Record<string, unknown>);
	const field = (names: readonly string[]): unknown => fields.find(([name]) => names.includes(name))?.[1];
	const held = field(HOLDERS);
	if (typeof held === 'object' && held !== null) return callsOfJson(held, isName);
	const within = field(['function']);
	if (typeof within === 'object' && within !== null) return callsOfJson(within, isName);
	const name = fields.find(([key, entry]) => NAMES.includes(key) && typeof entry === 'string' && IDENTIFIER.test(entry))?.[1];
	if (typeof name === 'string') {
		const hasArguments = fields.some(([key]) => ARGUMENTS.includes(key));
		if (hasArguments) return [{ name, json: textOf(field(ARGUMENTS)) }];
		const others = fields.filter(([key, entry]) => entry !== name && !['type', 'id'].includes(key));
		const named = fields.some(([key]) => ['function', 'tool', 'tool_name', 'function_name'].includes(key));
		if (named || (others.length === 0 && isName(name))) return [{ name, json: textOf(Object.fromEntries(others)) }];
		return [];
	}
	const [only, ...others] = fields;
	if (only && others.length === 0 && isName(only[0]) && typeof only[1] === 'object' && !Array.isArray(only[1])) {
		return [{ name: only[0], json: textOf(only[1]) }];
	}
	return [];
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value ?? {});
}

/** Of JSON that ends in the middle: whether it was to be a call. */
export function beginsLikeCall(text: string): boolean {
	const key = /^[\s[]*\{\s*["'“]?(\w*)/.exec(text)?.[1] ?? '';
	const known = [...NAMES, ...ARGUMENTS, ...HOLDERS, 'type', 'id'];
	if (known.includes(key)) return true;
	// It ends within its first name.
	return /^[\s[]*\{\s*["'“]?\w*$/.test(text) && known.some((name) => name.startsWith(key));
}
