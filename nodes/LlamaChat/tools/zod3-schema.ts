type Schema = Record<string, unknown>;

/** What zod 3 keeps inside a schema. It isn't exported as a type, and schemas come from n8n's own copy of zod. */
interface Definition {
	readonly typeName: string;
	readonly description?: string;
	readonly checks?: ReadonlyArray<{ kind: string; value?: unknown; inclusive?: boolean }>;
	/** Of an object, array, enum, literal, ... */
	readonly shape?: () => Record<string, unknown>;
	readonly unknownKeys?: string;
	readonly catchall?: unknown;
	readonly values?: unknown;
	readonly value?: unknown;
	readonly items?: readonly unknown[];
	readonly rest?: unknown;
	readonly left?: unknown;
	readonly right?: unknown;
	readonly options?: unknown;
	readonly valueType?: unknown;
	readonly minLength?: { value: number } | null;
	readonly maxLength?: { value: number } | null;
	readonly exactLength?: { value: number } | null;
	readonly defaultValue?: () => unknown;
	/** What a wrapper holds. `type` is also an array's element. */
	readonly innerType?: unknown;
	readonly schema?: unknown;
	readonly type?: unknown;
	readonly in?: unknown;
	readonly getter?: () => unknown;
}

const FORMATS: Record<string, string> = {
	email: 'email',
	url: 'uri',
	uuid: 'uuid',
	datetime: 'date-time',
	date: 'date',
	time: 'time',
};

export function isZod3(value: unknown): value is { _def: Definition } {
	return isObject(value) && isObject(value._def) && typeof value._def.typeName === 'string';
}

/** What goes into a zod 3 schema, as JSON schema (draft 2020-12, as zod 4 writes it). What can't be told so is left open. */
export function zod3ToJsonSchema(value: unknown): Schema {
	return convert(value, []);
}

/** @param around the definitions that this one is inside of: one that holds itself is left open */
function convert(value: unknown, around: readonly Definition[]): Schema {
	if (!isZod3(value) || around.includes(value._def)) return {};
	const { _def } = value;
	const kind = kindOf(_def, (inner) => convert(inner, [...around, _def]));
	return { ...kind, ...(_def.description ? { description: _def.description } : {}) };
}

function kindOf(definition: Definition, inner: (value: unknown) => Schema): Schema {
	switch (definition.typeName) {
		case 'ZodString':
			return { type: 'string', ...stringBounds(definition) };
		case 'ZodDate':
			return { type: 'string', format: 'date-time' };
		case 'ZodNumber':
		case 'ZodBigInt':
			return numberOf(definition);
		case 'ZodBoolean':
			return { type: 'boolean' };
		case 'ZodNull':
			return { type: 'null' };
		case 'ZodLiteral':
			return { const: definition.value };
		case 'ZodEnum':
			return { type: 'string', enum: definition.values };
		case 'ZodNativeEnum':
			return { enum: enumValues(definition.values) };
		case 'ZodArray':
			return { type: 'array', items: inner(definition.type), ...arrayBounds(definition) };
		case 'ZodSet':
			return { type: 'array', items: inner(definition.valueType), uniqueItems: true };
		case 'ZodTuple':
			return tupleOf(definition, inner);
		case 'ZodRecord':
			return { type: 'object', additionalProperties: inner(definition.valueType) };
		case 'ZodUnion':
		case 'ZodDiscriminatedUnion':
			return { anyOf: membersOf(definition.options).map(inner) };
		case 'ZodIntersection':
			return both(inner(definition.left), inner(definition.right));
		case 'ZodNullable':
			return { anyOf: [inner(definition.innerType), { type: 'null' }] };
		case 'ZodDefault':
			return { ...inner(definition.innerType), default: definition.defaultValue?.() };
		case 'ZodObject':
			return objectOf(definition, inner);
		default:
			return inner(heldBy(definition));
	}
}

/** The schema inside one that changes nothing about what goes in; undefined for a kind that JSON schema has no word for. */
function heldBy({ typeName, innerType, schema, type, in: input, getter }: Definition): unknown {
	switch (typeName) {
		case 'ZodOptional':
		case 'ZodCatch':
		case 'ZodReadonly':
			return innerType;
		case 'ZodEffects':
			return schema;
		case 'ZodBranded':
			return type;
		case 'ZodPipeline':
			return input;
		case 'ZodLazy':
			return getter?.();
		default:
			return undefined;
	}
}

/** No `pattern`: llama-server refuses a whole request for one that it cannot make a grammar of. The tool checks it. */
function stringBounds({ checks = [] }: Definition): Schema {
	const bounds: Schema = {};
	for (const { kind, value } of checks) {
		if (kind === 'min' || kind === 'length') bounds.minLength = value;
		if (kind === 'max' || kind === 'length') bounds.maxLength = value;
		if (FORMATS[kind] !== undefined) bounds.format = FORMATS[kind];
	}
	return bounds;
}

function numberOf({ typeName, checks = [] }: Definition): Schema {
	const whole = typeName === 'ZodBigInt' || checks.some(({ kind }) => kind === 'int');
	const schema: Schema = { type: whole ? 'integer' : 'number' };
	for (const { kind, value, inclusive } of checks) {
		// A BigInt is not JSON.
		if (typeof value !== 'number') continue;
		if (kind === 'min') schema[inclusive ? 'minimum' : 'exclusiveMinimum'] = value;
		if (kind === 'max') schema[inclusive ? 'maximum' : 'exclusiveMaximum'] = value;
		if (kind === 'multipleOf') schema.multipleOf = value;
	}
	return schema;
}

function arrayBounds({ minLength, maxLength, exactLength }: Definition): Schema {
	const least = exactLength ?? minLength;
	const most = exactLength ?? maxLength;
	return { ...(least ? { minItems: least.value } : {}), ...(most ? { maxItems: most.value } : {}) };
}

function tupleOf({ items = [], rest }: Definition, inner: (value: unknown) => Schema): Schema {
	const open = rest !== null && rest !== undefined;
	return {
		type: 'array',
		prefixItems: items.map(inner),
		minItems: items.length,
		...(open ? { items: inner(rest) } : { maxItems: items.length }),
	};
}

function objectOf({ shape, unknownKeys, catchall }: Definition, inner: (value: unknown) => Schema): Schema {
	const fields = Object.entries(shape?.() ?? {});
	const others = isZod3(catchall) && catchall._def.typeName !== 'ZodNever' ? inner(catchall) : unknownKeys === 'strict' ? false : undefined;
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map(([name, field]) => [name, inner(field)])),
		required: fields.filter(([, field]) => !mayBeLeftOut(field)).map(([name]) => name),
		...(others === undefined ? {} : { additionalProperties: others }),
	};
}

function mayBeLeftOut(field: unknown): boolean {
	if (!isZod3(field)) return false;
	const { _def } = field;
	if (['ZodOptional', 'ZodDefault', 'ZodCatch'].includes(_def.typeName)) return true;
	// A lazy one may hold itself.
	return _def.typeName !== 'ZodLazy' && mayBeLeftOut(_def.typeName === 'ZodNullable' ? _def.innerType : heldBy(_def));
}

/** Two objects are one with the fields of both: easier for a model than `allOf`. */
function both(left: Schema, right: Schema): Schema {
	if (left.type !== 'object' || right.type !== 'object' || 'additionalProperties' in left || 'additionalProperties' in right) {
		return { allOf: [left, right] };
	}
	const required = [left.required, right.required].flatMap((names) => (Array.isArray(names) ? (names as unknown[]) : []));
	return { type: 'object', properties: { ...fieldsOf(left), ...fieldsOf(right) }, required: [...new Set(required)] };
}

function fieldsOf({ properties }: Schema): Schema {
	return isObject(properties) ? properties : {};
}

/** TypeScript's numeric enums also map each number back to its name. */
function enumValues(values: unknown): unknown[] {
	if (!isObject(values)) return [];
	return Object.entries(values).filter(([name]) => !/^-?\d/.test(name)).map(([, value]) => value);
}

function membersOf(options: unknown): unknown[] {
	return options instanceof Map ? [...(options as Map<unknown, unknown>).values()] : Array.isArray(options) ? (options as unknown[]) : [];
}

function isObject(value: unknown): value is Schema {
	return typeof value === 'object' && value !== null;
}
