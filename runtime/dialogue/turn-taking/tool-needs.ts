import type { ToolSpec } from '../../contract/chat';
import { nameWords } from '../tool-inputs/input-kind';
import { READING_WORDS } from '../tool-inputs/reading-words';
import { type Detail, hasDetail } from './spoken-details';
import { spokenWords } from './spoken-words';

/** What a tool cannot do without, as far as it can be told from a text whether it was said. */
export interface ToolNeeds {
	readonly tool: string;
	/** Words for what it does: a text with one of them asks for it. */
	readonly verbs: readonly string[];
	/** It looks something up: questions ask for it, whatever their words. */
	readonly looksUp: boolean;
	readonly needs: readonly Detail[];
}

/** English. Who says one word of a line means a tool that is called by another. */
const ACTIONS = [
	['book', 'schedule', 'arrange', 'plan', 'reserve', 'make', 'add', 'create', 'set', 'put', 'new', 'insert'],
	['move', 'reschedule', 'change', 'postpone', 'shift', 'update', 'edit'],
	['cancel', 'delete', 'remove', 'drop'],
	['call', 'ring', 'dial', 'phone'],
	['send', 'write', 'email', 'mail', 'text'],
	['order', 'buy', 'purchase'],
];

/** "what do i have tomorrow", "am i free on friday": not "can you book it". */
const QUESTION = /^(?:(?:and|so|ok|okay|hello|hi|please|then) )*(?:what|what's|which|when|where|who|how|do|does|did|is|are|am|have|has) /;

interface Parameter {
	readonly name: string;
	readonly type: string;
	readonly about: string;
}

/** What the schemas of the offered tools ask for. */
export function needsOf(tools: readonly Pick<ToolSpec, 'name' | 'parameters'>[]): ToolNeeds[] {
	return tools.flatMap(({ name, parameters }) => {
		const needs = [...new Set(requiredOf(parameters).flatMap(detailsOf))];
		const words = nameWords(name);
		const verbs = [...new Set(words.flatMap((word) => ACTIONS.find((action) => action.includes(word)) ?? []))];
		const looksUp = verbs.length === 0 && words.some((word) => READING_WORDS.has(word));
		return needs.length === 0 || (verbs.length === 0 && !looksUp) ? [] : [{ tool: name, verbs, looksUp, needs }];
	});
}

/** Which tool a text asks for, and what it has not said yet; undefined where it asks for none that needs anything. */
export function stillNeeded(text: string, tools: readonly ToolNeeds[]): (Pick<ToolNeeds, 'tool' | 'looksUp'> & { readonly missing: readonly Detail[] }) | undefined {
	const words = spokenWords(text);
	const said = words.join(' ');
	// Which one a question is for cannot be told while something is missing. "what is my schedule tomorrow" arranges nothing.
	const asked = QUESTION.test(said) ? tools.find(({ looksUp, needs }) => looksUp && needs.every((need) => hasDetail(need, said))) : undefined;
	if (asked) return { tool: asked.tool, looksUp: true, missing: [] };
	const verb = words.find((word) => tools.some(({ verbs }) => verbs.includes(word)));
	const wanted = tools.find(({ verbs }) => verb !== undefined && verbs.includes(verb));
	return wanted && { tool: wanted.tool, looksUp: wanted.looksUp, missing: wanted.needs.filter((need) => !hasDetail(need, said)) };
}

/** Schemas are users': anything may be missing, or another than it should be. */
function requiredOf(schema: unknown): Parameter[] {
	const { properties, required } = record(schema);
	if (!Array.isArray(required)) return [];
	return required.flatMap((name: unknown) => {
		if (typeof name !== 'string') return [];
		const { type, format, description } = record(record(properties)[name]);
		return [{ name, type: text(type), about: `${nameWords(name).join(' ')} ${text(format)} ${text(description)}`.toLowerCase() }];
	});
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function record(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function detailsOf({ name, type, about }: Parameter): Detail[] {
	const words = nameWords(name);
	const named = (...any: string[]): boolean => any.some((each) => words.includes(each));
	if (named('timezone', 'zone', 'timeout', 'duration', 'minutes', 'id')) return [];
	if (named('email', 'mail') || /\bemail\b/.test(about)) return ['email'];
	if (named('phone', 'telephone', 'mobile')) return ['phone'];
	if (/date[- ]?time|iso[- ]?8601/.test(about)) return ['day', 'time'];
	if (named('start', 'begin', 'begins', 'when')) return ['day', 'time'];
	if (named('date', 'day')) return ['day'];
	if (named('time', 'hour')) return ['time'];
	return type === 'number' || type === 'integer' ? ['number'] : [];
}
