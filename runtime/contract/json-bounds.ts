import { z } from 'zod';

/**
 * How much of a value from outside is let in: from a model, a server, a tool. Such values are kept, copied, sent on and
 * rendered, mostly by code that calls itself once a level, and one that is nested deeply enough would end its process.
 */
export interface JsonBounds {
	/** Lists and objects inside each other. */
	readonly depth: number;
	/** Of all kinds together, in all levels. */
	readonly values: number;
	/** Of all texts and names together. */
	readonly characters: number;
}

/** What a model asks a tool for. More than that is no call of anybody's. */
export const ARGUMENT_BOUNDS: JsonBounds = { depth: 32, values: 5_000, characters: 65_536 };
/** What a tool gives back: more than any model reads. */
export const RESULT_BOUNDS: JsonBounds = { depth: 32, values: 20_000, characters: 131_072 };
/** What a tool takes, as JSON schema. */
export const SCHEMA_BOUNDS: JsonBounds = { depth: 32, values: 10_000, characters: 131_072 };
/** Calls that a model may ask for at once. */
export const MAX_TOOL_CALLS = 32;

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Half of a pair of surrogates is no text: strict servers refuse a whole request for it. */
export function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** What is left of the bounds. */
interface Left {
	values: number;
	characters: number;
}

/** JSON.stringify throws for the first, and leaves the others out. */
const NO_JSON = ['bigint', 'function', 'symbol'];

/** Is all of it within the bounds, and JSON? Looks no further than they reach. */
export function isWithin(value: unknown, { depth, values, characters }: JsonBounds): boolean {
	const left: Left = { values, characters };
	const fits = (each: unknown, levels: number): boolean => {
		if (--left.values < 0) return false;
		if (typeof each === 'string') return (left.characters -= each.length) >= 0;
		if (typeof each !== 'object' || each === null) return !NO_JSON.includes(typeof each);
		if (levels === 0) return false;
		if (Array.isArray(each)) return each.length <= left.values && each.every((item) => fits(item, levels - 1));
		for (const name in each) {
			if ((left.characters -= name.length) < 0 || !fits((each as Json)[name], levels - 1)) return false;
		}
		return true;
	};
	return fits(value, depth);
}

/** A tool's input. Beyond the bounds it is refused whole: a tool must not run with a part of what it was asked. */
export const boundedArguments = z.custom<Json>(
	(value) => isObject(value) && isWithin(value, ARGUMENT_BOUNDS),
	`must be an object, nested at most ${ARGUMENT_BOUNDS.depth} levels deep, with at most ${ARGUMENT_BOUNDS.values} values and ${ARGUMENT_BOUNDS.characters} characters`,
);

const TOO_DEEP = '[nested too deeply]';
const MORE = '[and more]';
const UNREADABLE = '[cannot be read]';

/**
 * The value as JSON would hold it, within the bounds: what is nested deeper, or comes after the last that fits, is
 * replaced by a note that a model can read. Whatever it is given (circles, getters that throw, a Buffer), it never throws.
 */
export function boundedJson(value: unknown, { depth, values, characters }: JsonBounds = RESULT_BOUNDS): unknown {
	const left: Left = { values, characters };
	const full = (): boolean => left.values <= 0 || left.characters <= 0;
	const text = (whole: string): string => {
		const kept = whole.slice(0, Math.max(0, left.characters));
		left.characters -= kept.length;
		return kept.length < whole.length ? `${wellFormed(kept)}…` : wellFormed(kept);
	};
	const list = (items: readonly unknown[], levels: number): unknown[] => {
		const kept: unknown[] = [];
		for (const item of items) {
			if (full()) return [...kept, MORE];
			kept.push(bounded(item, levels) ?? null);
		}
		return kept;
	};
	const object = (fields: Json, levels: number): Json => {
		const kept: Array<[string, unknown]> = [];
		for (const name in fields) {
			// The one name that would not be a field where somebody copies them one by one.
			if (!Object.hasOwn(fields, name) || name === '__proto__') continue;
			if (full()) return Object.fromEntries([...kept, [MORE, true]]);
			const field = bounded(fields[name], levels);
			if (field !== undefined) kept.push([text(name), field]);
		}
		return Object.fromEntries(kept);
	};
	const bounded = (each: unknown, levels: number): unknown => {
		left.values--;
		if (typeof each === 'string') return text(each);
		if (typeof each === 'number') return Number.isFinite(each) ? each : null;
		if (typeof each === 'bigint') return text(String(each));
		if (typeof each === 'boolean' || each === null) return each;
		if (typeof each !== 'object') return undefined;
		if (ArrayBuffer.isView(each)) return `[${each.byteLength} bytes]`;
		if (levels === 0) return TOO_DEEP;
		try {
			const { toJSON } = each as { toJSON?: unknown };
			if (typeof toJSON === 'function') return bounded(toJSON.call(each), levels - 1);
			return Array.isArray(each) ? list(each, levels - 1) : object(each as Json, levels - 1);
		} catch {
			return UNREADABLE;
		}
	};
	return bounded(value, depth);
}

/** What a tool gave back, as it is kept and shown to the model. */
export const boundedResult = z.unknown().transform((result) => (result === undefined ? undefined : boundedJson(result)));

const OPEN_SCHEMA: Json = { type: 'object', properties: {} };
/** A schema that is too large is told less deeply, step by step. */
const SCHEMA_DEPTHS = [SCHEMA_BOUNDS.depth, 16, 8, 4];

/**
 * A tool's JSON schema within the bounds. What is nested too deeply is left open, as everything that a schema cannot
 * tell: the tool checks its arguments itself. Never throws, and takes what holds itself.
 */
export function boundedSchema(schema: unknown): Json {
	if (!isObject(schema)) return OPEN_SCHEMA;
	for (const depth of SCHEMA_DEPTHS) {
		try {
			if (isWithin(schema, SCHEMA_BOUNDS)) return schema;
			const left: Left = { ...SCHEMA_BOUNDS };
			const cut = openBelow(schema, depth - 1, left);
			if (isObject(cut)) return cut;
		} catch {
			// A getter of a stranger's class.
		}
	}
	return OPEN_SCHEMA;
}

/** undefined where it does not fit: a list that is cut would be another schema. */
function openBelow(value: unknown, levels: number, left: Left): unknown {
	if (--left.values < 0) throw new RangeError('too many values');
	if (typeof value === 'string' && (left.characters -= value.length) < 0) throw new RangeError('too much text');
	if (NO_JSON.includes(typeof value)) return undefined;
	if (typeof value !== 'object' || value === null) return typeof value === 'string' ? wellFormed(value) : value;
	if (Array.isArray(value)) return levels === 0 ? undefined : value.map((item) => openBelow(item, levels - 1, left) ?? {});
	if (levels === 0) return {};
	const fields: Array<[string, unknown]> = [];
	for (const [name, field] of Object.entries(value)) {
		if (name === '__proto__') continue;
		if ((left.characters -= name.length) < 0) throw new RangeError('too much text');
		const kept = openBelow(field, levels - 1, left);
		if (kept !== undefined) fields.push([name, kept]);
	}
	return Object.fromEntries(fields);
}

/** Of a tool that a model may call. */
export const toolParameters = z.custom<Json>(isObject, 'must be a JSON schema').transform(boundedSchema);
