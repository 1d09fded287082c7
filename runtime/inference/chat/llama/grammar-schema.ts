import type { GbnfJsonSchema } from 'node-llama-cpp' with { 'resolution-mode': 'import' };

/**
 * JSON schema to the subset that node-llama-cpp turns into a grammar. Key order and keywords are
 * normalised, so that the same tool gives the same prompt whichever library wrote its schema.
 * Everything the grammar cannot hold is left to the tool gateway's schema check.
 */

const SIMPLE_TYPES = ['string', 'number', 'integer', 'boolean', 'null'] as const;
type SimpleType = (typeof SIMPLE_TYPES)[number];

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSimpleType(value: unknown): value is SimpleType {
	return SIMPLE_TYPES.some((type) => type === value);
}

function isScalar(value: unknown): value is string | number | boolean | null {
	return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function convert(schema: unknown): GbnfJsonSchema {
	if (!isObject(schema)) return { type: 'string' };
	const description = typeof schema.description === 'string' && schema.description !== '' ? { description: schema.description } : {};
	if (isScalar(schema.const) && 'const' in schema) return { const: schema.const, ...description };
	if (Array.isArray(schema.enum) && schema.enum.length > 0) return { enum: schema.enum.filter(isScalar), ...description };
	const branches = [schema.oneOf, schema.anyOf].find((list) => Array.isArray(list) && list.length > 0);
	if (Array.isArray(branches)) return { oneOf: branches.map(convert), ...description };
	if (schema.type === 'array') return { type: 'array', items: convert(schema.items), ...description };
	if (schema.type === 'object' || isObject(schema.properties)) {
		return { type: 'object', properties: convertAll(schema.properties), ...description };
	}
	if (Array.isArray(schema.type)) {
		const types = schema.type.filter(isSimpleType);
		if (types.length > 0) return { type: types, ...description };
	}
	return { type: isSimpleType(schema.type) ? schema.type : 'string', ...description };
}

function convertAll(properties: unknown): Record<string, GbnfJsonSchema> {
	if (!isObject(properties)) return {};
	return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, convert(schema)]));
}

/** `parameters` of a tool; undefined where the tool takes none. */
export function toGrammarSchema(parameters: Json): GbnfJsonSchema | undefined {
	const properties = convertAll(parameters.properties);
	return Object.keys(properties).length === 0 ? undefined : { type: 'object', properties };
}
