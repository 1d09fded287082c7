// Guards against: a connected tool whose inputs the model never learns of, or learns of wrongly.
import { z } from 'zod';
import { z as z4 } from 'zod/v4';
import { jsonSchemaOf } from './connected-tool-schema';

const v3 = z.object({
	date: z.string().describe('The day'),
	minutes: z.number().int().optional(),
	kind: z.enum(['dentist', 'haircut']).default('dentist'),
	tags: z.array(z.string()).nullable(),
	where: z.union([z.literal('home'), z.object({ street: z.string().transform((street) => street.trim()) })]),
	extra: z.record(z.number()).optional().describe('Anything'),
	sure: z.boolean().refine((sure) => sure),
	any: z.any(),
});

test('zod 3, as n8n\'s tools have it', () => {
	expect(jsonSchemaOf(v3)).toEqual({
		type: 'object',
		properties: {
			date: { type: 'string', description: 'The day' },
			minutes: { type: 'integer' },
			kind: { type: 'string', enum: ['dentist', 'haircut'], default: 'dentist' },
			tags: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] },
			where: { anyOf: [{ const: 'home' }, { type: 'object', properties: { street: { type: 'string' } }, required: ['street'] }] },
			extra: { type: 'object', additionalProperties: { type: 'number' }, description: 'Anything' },
			sure: { type: 'boolean' },
			any: {},
		},
		required: ['date', 'tags', 'where', 'sure', 'any'],
	});
});

test('zod 4', () => {
	const schema = z4.object({
		date: z4.string().describe('The day'),
		minutes: z4.int().optional(),
		kind: z4.enum(['dentist', 'haircut']).default('dentist'),
		length: z4.string().transform(Number),
		email: z4.email(),
	});
	expect(jsonSchemaOf(schema)).toMatchObject({
		type: 'object',
		properties: {
			date: { type: 'string', description: 'The day' },
			minutes: { type: 'integer' },
			kind: { enum: ['dentist', 'haircut'], default: 'dentist' },
			length: { type: 'string' },
			email: { type: 'string', format: 'email' },
		},
		required: ['date', 'length', 'email'],
	});
	// Some servers refuse a request for a pattern that they cannot make a grammar of.
	expect(JSON.stringify(jsonSchemaOf(schema))).not.toContain('pattern');
});

test('JSON schema goes through as it is', () => {
	const schema = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] };
	expect(jsonSchemaOf(schema)).toEqual(schema);
});

test.each([[z.string()], [undefined], ['text'], [{ type: 'string' }], [null]])('a tool that takes one text (%#) has a field for it', (schema) => {
	expect(jsonSchemaOf(schema)).toEqual({ type: 'object', properties: { input: { type: 'string' } }, required: ['input'] });
});
