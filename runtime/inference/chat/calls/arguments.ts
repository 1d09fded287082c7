import type { ToolSpec } from '../../../contract/chat';
import { parseJsonKeepingDigits } from '../../../lib/json';
import { scanValue } from './balanced';
import { jsonrepair } from './json-repair';

/** What a model wrote as a tool's inputs: the values, or why they cannot be told, in words for the model. */
export type ReadArguments = { readonly values: Record<string, unknown> } | { readonly problem: string };

/** Of what it wrote, it is shown so much again. */
const SHOWN_LETTERS = 400;
/** Texts in texts: JSON that was written as JSON twice. */
const MOST_LAYERS = 3;
/** Under these names models hand over all inputs in one. */
const WRAPPERS = ['arguments', 'parameters', 'args', 'input', 'kwargs'];

/**
 * Reads the inputs of a call. What can be meant in one way only is mended: commas too many, other quotation marks,
 * a code fence, words around it, JSON in JSON. What ends in the middle is given back, for a value may have been cut.
 * `cut`: the answer ended at its limit.
 */
export function readToolArguments(written: string, tool: Pick<ToolSpec, 'parameters'> | undefined, cut = false): ReadArguments {
	const text = written.trim();
	if (text === '') return cut ? { problem: problemOf(text, ENDS_IN_THE_MIDDLE) } : { values: {} };
	const strict = valuesOf(parseJsonKeepingDigits(text), tool, 0);
	if (strict) return { values: strict };
	const { value, why } = cut ? { value: undefined, why: ENDS_IN_THE_MIDDLE } : mended(text);
	const values = valuesOf(value, tool, 0);
	if (values && known(values, tool)) return { values };
	return { problem: problemOf(text, why) };
}

const ENDS_IN_THE_MIDDLE = 'they end in the middle';
const NO_OBJECT = 'they are not one JSON object';

function problemOf(text: string, why: string): string {
	const shown = text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text;
	return `Its arguments cannot be read, because ${why}: ${shown}\nCall it again with all arguments, as one complete JSON object.`;
}

/** An object as it is, from a text that holds it, from a list of only it, from a wrapper. */
function valuesOf(value: unknown, tool: Pick<ToolSpec, 'parameters'> | undefined, layer: number): Record<string, unknown> | undefined {
	if (value === null && layer === 0) return {};
	if (layer > MOST_LAYERS) return undefined;
	if (typeof value === 'string') {
		const inner = parseJsonKeepingDigits(value.trim()) ?? mended(value.trim()).value;
		return valuesOf(inner, tool, layer + 1);
	}
	if (Array.isArray(value)) return value.length === 1 && typeof value[0] === 'object' ? valuesOf(value[0] ?? undefined, tool, layer + 1) : undefined;
	if (typeof value !== 'object' || value === null) return undefined;
	const [only, ...others] = Object.entries(value);
	const wrapped = only && others.length === 0 && WRAPPERS.includes(only[0]) && typeof only[1] === 'object' && only[1] !== null;
	if (wrapped && tool && !(only[0] in propertiesOf(tool))) return valuesOf(only[1], tool, layer + 1);
	return value as Record<string, unknown>;
}

/** A mended object has only inputs that the tool knows: what else could have become a name in the mending. */
function known(values: Readonly<Record<string, unknown>>, tool: Pick<ToolSpec, 'parameters'> | undefined): boolean {
	const names = tool ? Object.keys(propertiesOf(tool)) : [];
	return names.length === 0 || Object.keys(values).every((name) => names.includes(name));
}

function propertiesOf({ parameters }: Pick<ToolSpec, 'parameters'>): object {
	return typeof parameters.properties === 'object' && parameters.properties !== null ? parameters.properties : {};
}

function mended(text: string): { value: unknown; why: string } {
	const start = text.search(/[{[]/);
	if (start < 0) return { value: undefined, why: NO_OBJECT };
	const { end, missing, inText } = scanValue(text, start);
	let core = text.slice(start, end);
	if (end === undefined) {
		// Only closed texts, lists and objects are surely whole: a number may go on, and after a comma more was to come.
		if (inText || !/["'}\]]$/.test(core)) return { value: undefined, why: ENDS_IN_THE_MIDDLE };
		core += missing;
	} else if (/[{[]/.test(text.slice(end)) && text.slice(end).trim() !== core) {
		return { value: undefined, why: NO_OBJECT };
	}
	return { value: parseJsonKeepingDigits(core) ?? repaired(core), why: NO_OBJECT };
}

/** By the library, where every letter and figure is kept, and nothing is made up. */
function repaired(text: string): unknown {
	let json: string;
	try {
		json = jsonrepair(text);
	} catch {
		return undefined;
	}
	if (content(json) !== content(text)) return undefined;
	const value = parseJsonKeepingDigits(json);
	const asWritten = (part: string): string[] => [part, JSON.stringify(part).slice(1, -1), part.replaceAll("'", "\\'")];
	return textsIn(value).every((part) => asWritten(part).some((form) => text.includes(form))) ? value : undefined;
}

/** Letters and figures, in order. Python writes None and True. */
function content(text: string): string {
	return text.replace(/\\[bfnrt]/g, '').replace(/[^\p{L}\p{N}]/gu, '').toLowerCase().replaceAll('none', 'null');
}

function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, part]) => [...(Array.isArray(value) ? [] : [name]), ...textsIn(part)]);
}
