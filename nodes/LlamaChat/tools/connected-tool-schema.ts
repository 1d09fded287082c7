import { toJSONSchema } from 'zod/v4';

type Schema = Record<string, unknown>;

/** What zod 3 keeps inside a schema. It isn't exported as a type, and schemas come from n8n's own copy of zod. */
interface Definition {
	typeName?: string;
	description?: string;
	shape?: () => Record<string, unknown>;
	checks?: Array<{ kind: string }>;
	values?: unknown;
	value?: unknown;
	type?: unknown;
	innerType?: unknown;
	schema?: unknown;
	options?: unknown;
	valueType?: unknown;
}

/**
 * A tool's input schema as JSON schema. n8n's tools bring zod 3, newer LangChain tools zod 4, MCP tools JSON schema.
 * What can't be told in JSON schema is left open: the tool checks its arguments itself.
 */
export function jsonSchemaOf(schema: unknown): Schema {
	const whole = isObject(schema) && '_zod' in schema ? fromZod4(schema) : isZod3(schema) ? fromZod3(schema) : schema;
	if (isObject(whole) && whole.type === 'object') return whole;
	// A tool that takes one text: LangChain's convention is a field `input`.
	return { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
}

function fromZod4(schema: unknown): Schema {
	return toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], { unrepresentable: 'any' });
}

function isObject(value: unknown): value is Schema {
	return typeof value === 'object' && value !== null;
}

function isZod3(value: unknown): value is { _def: Definition } {
	return isObject(value) && isObject(value._def) && typeof value._def.typeName === 'string';
}

function fromZod3(value: unknown): Schema {
	if (!isZod3(value)) return {};
	const { _def } = value;
	return { ...kindOf(_def), ...(_def.description ? { description: _def.description } : {}) };
}

function kindOf(definition: Definition): Schema {
	switch (definition.typeName) {
		case 'ZodString':
		case 'ZodDate':
			return { type: 'string' };
		case 'ZodNumber':
			return { type: definition.checks?.some(({ kind }) => kind === 'int') ? 'integer' : 'number' };
		case 'ZodBoolean':
			return { type: 'boolean' };
		case 'ZodNull':
			return { type: 'null' };
		case 'ZodLiteral':
			return { const: definition.value };
		case 'ZodEnum':
			return { type: 'string', enum: definition.values };
		case 'ZodNativeEnum':
			return { enum: Object.values(definition.values as Schema) };
		case 'ZodArray':
			return { type: 'array', items: fromZod3(definition.type) };
		case 'ZodRecord':
			return { type: 'object', additionalProperties: fromZod3(definition.valueType) };
		case 'ZodUnion':
		case 'ZodDiscriminatedUnion':
			return { anyOf: membersOf(definition.options).map(fromZod3) };
		case 'ZodNullable':
			return { anyOf: [fromZod3(definition.innerType), { type: 'null' }] };
		case 'ZodOptional':
		case 'ZodDefault':
		case 'ZodCatch':
		case 'ZodReadonly':
			return fromZod3(definition.innerType);
		case 'ZodBranded':
			return fromZod3(definition.type);
		case 'ZodEffects':
			return fromZod3(definition.schema);
		case 'ZodObject':
			return objectOf(definition.shape?.() ?? {});
		default:
			return {};
	}
}

function membersOf(options: unknown): unknown[] {
	return options instanceof Map ? [...options.values()] : (options as unknown[]);
}

function objectOf(shape: Record<string, unknown>): Schema {
	const fields = Object.entries(shape);
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map(([name, field]) => [name, fromZod3(field)])),
		required: fields.filter(([, field]) => !mayBeLeftOut(field)).map(([name]) => name),
	};
}

function mayBeLeftOut(field: unknown): boolean {
	if (!isZod3(field)) return false;
	if (field._def.typeName === 'ZodOptional' || field._def.typeName === 'ZodDefault') return true;
	return field._def.typeName === 'ZodEffects' && mayBeLeftOut(field._def.schema);
}
