import type { Library } from '../../../llama/library';

type LlamaTextJson = Parameters<Library['LlamaText']['fromJSON']>[0];

/** Marks what was a LlamaText: its own JSON may look like any list. */
const MARK = '$llamaText';

/** JSON text of settings or a state of node-llama-cpp, LlamaText included. */
export function toJsonText(library: Library, value: unknown): string {
	const mark = (part: unknown): unknown => {
		if (library.LlamaText.isLlamaText(part)) return { [MARK]: part.toJSON() };
		if (Array.isArray(part)) return part.map(mark);
		if (typeof part !== 'object' || part === null) return part;
		return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, mark(each)]));
	};
	return JSON.stringify(mark(value));
}

/** What was given to toJsonText. */
export function fromJsonText(library: Library, text: string): unknown {
	const revive = (_key: string, part: unknown): unknown =>
		typeof part === 'object' && part !== null && MARK in part ? library.LlamaText.fromJSON(part[MARK] as LlamaTextJson) : part;
	return JSON.parse(text, revive);
}
