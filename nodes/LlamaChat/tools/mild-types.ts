import { parseJsonKeepingDigits } from '../../../runtime/lib/json';

/**
 * Inputs as a tool's schema wants them, where a model has only written them another way: "2" for a number, "true", 42 for
 * a text, other capitals of a choice, null for what may be left out. Nothing is lost in it, and nothing guessed: what could
 * mean two things stays as it is, and the tool's own check refuses it.
 */

type Schema = Readonly<Record<string, unknown>>;

/** Deeper schemas are left to the tool's own check. */
const DEEPEST = 12;

export function withMildTypes(args: Readonly<Record<string, unknown>>, parameters: unknown): Record<string, unknown> {
	return isObject(parameters) ? fields(args, parameters, 0) : { ...args };
}

function fields(values: Readonly<Record<string, unknown>>, schema: Schema, depth: number): Record<string, unknown> {
	const properties = isObject(schema.properties) ? schema.properties : {};
	const required = Array.isArray(schema.required) ? schema.required : [];
	return Object.fromEntries(
		Object.entries(values).flatMap(([name, value]): Array<[string, unknown]> => {
			const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
			if (!isObject(field)) return [[name, value]];
			if (!required.includes(name) && isNothing(value, field)) return [];
			return [[name, mild(value, field, depth + 1)]];
		}),
	);
}

/** null, or an empty text where a text is not what is wanted. */
function isNothing(value: unknown, schema: Schema): boolean {
	if (allows(schema, value)) return false;
	return value === null || (typeof value === 'string' && value.trim() === '');
}

function mild(value: unknown, schema: Schema, depth: number): unknown {
	if (depth > DEEPEST) return value;
	const branches = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list)) as unknown[] | undefined;
	if (branches) {
		if (branches.some((branch) => isObject(branch) && allows(branch, value))) return value;
		const fitting = branches.filter(isObject).map((branch) => ({ branch, changed: mild(value, branch, depth + 1) }));
		return onlyOne(fitting.filter(({ branch, changed }) => allows(branch, changed)).map(({ changed }) => changed)) ?? value;
	}
	const choices = 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? (schema.enum as unknown[]) : undefined;
	if (choices) return choices.includes(value) ? value : (onlyOne(choices.filter((choice) => sameWords(choice, value))) ?? value);
	const types = typesOf(schema);
	if (types.length === 0) return value;
	if (types.includes(typeOf(value)) || (typeOf(value) === 'integer' && types.includes('number'))) return inside(value, schema, depth);
	return onlyOne(types.map((type) => changedTo(type, value, schema)).filter((changed) => changed !== undefined).map((changed) => inside(changed, schema, depth))) ?? value;
}

/** Lists and objects of the right type, with what is in them. */
function inside(value: unknown, schema: Schema, depth: number): unknown {
	const { items } = schema;
	if (Array.isArray(value)) return isObject(items) ? value.map((entry) => mild(entry, items, depth + 1)) : value;
	return isObject(value) ? fields(value, schema, depth) : value;
}

function changedTo(type: string, value: unknown, schema: Schema): unknown {
	// A list of one thing, where the thing is wanted.
	if (Array.isArray(value) && value.length === 1 && type !== 'array') {
		const [only] = value as unknown[];
		return typeOf(only) === type || (type === 'number' && typeOf(only) === 'integer') ? only : changedTo(type, only, schema);
	}
	if (type === 'number' || type === 'integer') return typeof value === 'string' ? numberOf(value.trim(), type) : undefined;
	if (type === 'boolean') return typeof value === 'string' ? { true: true, false: false }[value.trim().toLowerCase()] : undefined;
	if (type === 'string') return typeof value === 'boolean' || (typeof value === 'number' && isExact(value)) ? String(value) : undefined;
	const parsed = typeof value === 'string' ? parseJsonKeepingDigits(value.trim()) : undefined;
	if (type === 'object') return isObject(parsed) ? parsed : undefined;
	if (type !== 'array') return undefined;
	if (Array.isArray(parsed)) return parsed;
	// One thing for a list of such things; a text with commas may be several.
	const several = value === null || (typeof value === 'string' && /[,;\n]/.test(value));
	return !several && isObject(schema.items) && allows(schema.items, value) ? [value] : undefined;
}

/** Of figures that are written as JavaScript would write them: all digits are kept. */
function numberOf(text: string, type: 'number' | 'integer'): number | undefined {
	if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return undefined;
	const number = Number(text);
	if (text.replace(/\D/g, '').length > 15 || (type === 'integer' && !Number.isInteger(number))) return undefined;
	return number;
}

function isExact(number: number): boolean {
	return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

function sameWords(choice: unknown, value: unknown): boolean {
	const scalar = (part: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof part);
	return scalar(choice) && scalar(value) && String(choice).trim().toLowerCase() === String(value).trim().toLowerCase();
}

/** Whether the value is of the schema's type, or one of its choices. */
function allows(schema: Schema, value: unknown): boolean {
	if ('const' in schema) return schema.const === value;
	if (Array.isArray(schema.enum)) return schema.enum.includes(value);
	const branches = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list)) as unknown[] | undefined;
	if (branches) return branches.some((branch) => isObject(branch) && allows(branch, value));
	const types = typesOf(schema);
	return types.length === 0 || types.includes(typeOf(value)) || (typeOf(value) === 'integer' && types.includes('number')) || (value === null && schema.nullable === true);
}

function typesOf({ type }: Schema): string[] {
	return (Array.isArray(type) ? type : [type]).filter((one): one is string => typeof one === 'string');
}

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

/** The only entry: two would be a guess. */
function onlyOne(list: readonly unknown[]): unknown {
	return list.length === 1 ? list[0] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
