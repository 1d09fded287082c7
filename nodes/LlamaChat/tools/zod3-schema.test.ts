// Guards against: a limit, a default or a whole input of a tool that the model is never told about.
import { z } from 'zod';
import { zod3ToJsonSchema } from './zod3-schema';

enum Level {
	Low,
	High,
}

interface Tree {
	name: string;
	children: Tree[];
}
const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.array(z.lazy(() => tree)) });

test.each<[string, z.ZodTypeAny, object]>([
	['bounds of a text', z.string().min(2).max(5), { type: 'string', minLength: 2, maxLength: 5 }],
	['an exact length', z.string().length(4), { type: 'string', minLength: 4, maxLength: 4 }],
	['a pattern, which some servers refuse', z.string().regex(/[a-z]+/), { type: 'string' }],
	['a format', z.string().email(), { type: 'string', format: 'email' }],
	['a date', z.date(), { type: 'string', format: 'date-time' }],
	['bounds of a number', z.number().min(1).lt(10).multipleOf(0.5), { type: 'number', minimum: 1, exclusiveMaximum: 10, multipleOf: 0.5 }],
	['a whole number', z.number().int().gt(0).max(9), { type: 'integer', exclusiveMinimum: 0, maximum: 9 }],
	['a big whole number', z.bigint().min(1n), { type: 'integer' }],
	['a literal', z.literal(3), { const: 3 }],
	['a native enum of numbers', z.nativeEnum(Level), { enum: [0, 1] }],
	['a native enum of texts', z.nativeEnum({ a: 'x', b: 'y' } as const), { enum: ['x', 'y'] }],
	['bounds of a list', z.array(z.boolean()).min(1).max(3), { type: 'array', items: { type: 'boolean' }, minItems: 1, maxItems: 3 }],
	['an exact list', z.array(z.null()).length(2), { type: 'array', items: { type: 'null' }, minItems: 2, maxItems: 2 }],
	['a set', z.set(z.string()), { type: 'array', items: { type: 'string' }, uniqueItems: true }],
	['a tuple', z.tuple([z.string(), z.number()]), { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], minItems: 2, maxItems: 2 }],
	['a tuple that goes on', z.tuple([z.string()]).rest(z.number()), { type: 'array', prefixItems: [{ type: 'string' }], minItems: 1, items: { type: 'number' } }],
	['a union', z.union([z.string(), z.number()]), { anyOf: [{ type: 'string' }, { type: 'number' }] }],
	['a default, with its description', z.number().default(3).describe('How many'), { type: 'number', default: 3, description: 'How many' }],
	['a description inside a wrapper', z.string().describe('Who').optional(), { type: 'string', description: 'Who' }],
	['wrappers', z.string().catch('y').readonly().refine(() => true).brand('x'), { type: 'string' }],
	['what goes into a pipe', z.string().pipe(z.string().transform(Number)), { type: 'string' }],
	['a kind that JSON has no word for', z.function(), {}],
])('%s', (_, schema, expected) => {
	expect(zod3ToJsonSchema(schema)).toEqual(expected);
});

test('a discriminated union', () => {
	const schema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.number().catch(0) })]);
	expect(zod3ToJsonSchema(schema)).toEqual({
		anyOf: [
			{ type: 'object', properties: { kind: { const: 'a' } }, required: ['kind'] },
			{ type: 'object', properties: { kind: { const: 'b' }, n: { type: 'number' } }, required: ['kind'] },
		],
	});
});

test('an intersection of objects is one object, of anything else allOf', () => {
	expect(zod3ToJsonSchema(z.object({ a: z.string() }).and(z.object({ b: z.number().optional() })))).toEqual({
		type: 'object',
		properties: { a: { type: 'string' }, b: { type: 'number' } },
		required: ['a'],
	});
	expect(zod3ToJsonSchema(z.object({ a: z.string() }).and(z.record(z.string())))).toMatchObject({ allOf: [{ type: 'object' }, { type: 'object' }] });
});

test('what an object says of other fields', () => {
	expect(zod3ToJsonSchema(z.object({}).strict())).toMatchObject({ additionalProperties: false });
	expect(zod3ToJsonSchema(z.object({}).catchall(z.number()))).toMatchObject({ additionalProperties: { type: 'number' } });
	expect(zod3ToJsonSchema(z.object({}).passthrough())).not.toHaveProperty('additionalProperties');
});

test('a schema that holds itself ends', () => {
	expect(zod3ToJsonSchema(tree)).toEqual({
		type: 'object',
		properties: { name: { type: 'string' }, children: { type: 'array', items: {} } },
		required: ['name', 'children'],
	});
});

test.each([
	['optional', z.string().optional()],
	['with a default', z.string().default('x')],
	['nullish', z.string().nullish()],
	['refined', z.string().optional().refine(() => true)],
	['that falls back', z.string().catch('x')],
])('a field %s may be left out', (_, field) => {
	expect(zod3ToJsonSchema(z.object({ field }))).toMatchObject({ required: [] });
});
