// Guards against: a value of a tool, a model or a schema that ends a process by its depth or size, or is changed where it must not be.
import fc from 'fast-check';
import { chatMessage, toolCall, toolResult, toolSpec } from './chat';
import { boundedJson, boundedSchema, isWithin, RESULT_BOUNDS, SCHEMA_BOUNDS } from './json-bounds';

function nested(depth: number, kind: 'list' | 'object' = 'list'): unknown {
	let value: unknown = 'end';
	for (let level = 0; level < depth; level++) value = kind === 'list' ? [value] : { next: value };
	return value;
}
function depthOf(value: unknown): number {
	if (typeof value !== 'object' || value === null) return 0;
	return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
const call = (given: unknown): unknown => ({ id: 'c1', name: 'look_up', arguments: given });
const wide = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`k${index}`, index]));
const circle: Record<string, unknown> = { name: 'x' };
circle.itself = circle;

it('leaves alone what JSON can hold and what fits', () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
			const kept: unknown = JSON.parse(JSON.stringify(value));
			// The one name that is left out, and halves of characters, are below.
			fc.pre(!/__proto__|\\ud[89a-f]/i.test(JSON.stringify(value)));
			// Written out, as it will be: JSON has no -0.
			expect(JSON.parse(JSON.stringify(boundedJson(value)))).toEqual(kept);
		}),
	);
});

it.each<[string, unknown]>([
	['2,400 lists', nested(2400)],
	['100,000 objects', nested(100_000, 'object')],
	['a million names', wide],
	['a million items', Array<number>(1_000_000).fill(7)],
	['50 MB of text', { page: 'x'.repeat(50_000_000) }],
	['a circle', circle],
	['a getter that throws', { get it(): never { throw new Error('no'); } }],
	['a toJSON without end', (() => { const again: { toJSON?: () => unknown } = {}; again.toJSON = () => again; return again; })()],
	['a Buffer', { file: Buffer.alloc(5_000_000) }],
	['what JSON has no word for', [1n, NaN, undefined, () => 1, Symbol('x'), new Map([[1, 2]]), new Date(0)]],
	['text that is no text', '\ud83d and \ude00'],
	['a proxy that throws at everything', new Proxy({}, { ownKeys: () => { throw new Error('no'); }, get: () => { throw new Error('no'); } })],
])('a tool may give %s', (_what, result) => {
	// First as the node does it, then as the runtime reads it.
	const kept = toolResult.parse({ id: 'c1', ok: true, durationMs: 1, result: boundedJson(result) }).result;
	const json = JSON.stringify(kept);
	expect(depthOf(kept)).toBeLessThanOrEqual(RESULT_BOUNDS.depth);
	expect(json.length).toBeLessThan(3 * RESULT_BOUNDS.characters);
	expect(isWithin(kept, { depth: 40, values: RESULT_BOUNDS.values + 100, characters: RESULT_BOUNDS.characters + 1000 })).toBe(true);
	expect(json).not.toMatch(/\\ud[89a-f]/i);
});

it('the runtime bounds it by itself, too', () => {
	const { result } = toolResult.parse({ id: 'c1', ok: true, durationMs: 1, result: nested(2400) });
	expect(depthOf(result)).toBe(RESULT_BOUNDS.depth);
});

it('says where something is missing', () => {
	expect(JSON.stringify(boundedJson(nested(100)))).toContain('[nested too deeply]');
	expect(boundedJson([1, 2, 3, 4], { depth: 2, values: 3, characters: 9 })).toEqual([1, 2, '[and more]']);
	expect(boundedJson({ a: 1, b: 2, c: 3 }, { depth: 2, values: 3, characters: 9 })).toEqual({ a: 1, b: 2, '[and more]': true });
	expect(boundedJson('0123456789', { depth: 1, values: 1, characters: 4 })).toBe('0123…');
});

it('lets no result set what others inherit', () => {
	const kept = boundedJson(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":1}')) as Record<string, unknown>;
	expect(Object.keys(kept)).toEqual(['constructor', 'a']);
	expect(({} as Record<string, unknown>).admin).toBeUndefined();
});

it.each<[string, unknown]>([
	['nested 1,800 deep', { filter: nested(1800) }],
	['nested 100,000 deep', { filter: nested(100_000, 'object') }],
	['a million of them', wide],
	['1 MB of text', { text: 'x'.repeat(1_000_000) }],
	['a list', ['a']],
	['a circle', circle],
])('refuses arguments whole: %s', (_what, given) => {
	expect(toolCall.safeParse(call(given)).success).toBe(false);
	expect(chatMessage.safeParse({ role: 'assistant', content: '', toolCalls: [{ ...(call(given) as object), result: 1 }] }).success).toBe(false);
});

it('takes arguments as they are, down to the last digit', () => {
	const given = { a: [{ b: nested(20) }], text: 'ü'.repeat(10_000), no: null };
	expect(toolCall.parse(call(given)).arguments).toEqual(given);
});

describe('a schema', () => {
	const parameters = (schema: unknown): unknown => toolSpec.parse({ name: 'x', parameters: schema }).parameters;
	const properties = { city: { type: 'string', enum: ['Bonn', 'Ulm'] }, when: { $ref: '#/$defs/day' } };

	it('that is usual stays as it is', () => {
		const schema = { type: 'object', properties, required: ['city'], $defs: { day: { type: 'string' } }, additionalProperties: false };
		expect(parameters(schema)).toEqual(schema);
	});

	it.each<[string, unknown]>([
		['nested 5,000 deep', { type: 'object', properties: { a: nested(5000, 'object') } }],
		['that holds itself', (() => { const tree: Record<string, unknown> = { type: 'object' }; tree.properties = { child: tree }; return tree; })()],
		['that holds itself twice', (() => { const tree: Record<string, unknown> = { type: 'object' }; tree.properties = { left: tree, right: tree, list: { anyOf: [tree, tree] } }; return tree; })()],
		['of 100,000 fields', { type: 'object', properties: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f${at}`, { type: 'string' }])) }],
		['with a description of 10 MB', { type: 'object', properties: { a: { description: 'x'.repeat(10_000_000) } } }],
		['with alternatives without end', { type: 'object', properties: { a: { anyOf: Array(100_000).fill({ type: 'string' }) } } }],
		['with functions and numbers that are no JSON', { type: 'object', properties: { a: { default: 1n, check: () => 1 } } }],
	])('%s is told as far as it fits', (_what, schema) => {
		const kept = parameters(schema);
		expect(kept).toMatchObject({ type: 'object' });
		expect(depthOf(kept)).toBeLessThanOrEqual(SCHEMA_BOUNDS.depth);
		expect(JSON.stringify(kept).length).toBeLessThan(2 * SCHEMA_BOUNDS.characters);
	});

	it('is never cut inside a list, which would be another schema', () => {
		const json = JSON.stringify(boundedSchema({ type: 'object', properties: { a: nested(27, 'object'), b: { enum: ['x'] }, c: deepEnum(40) } }));
		expect(json).not.toContain('"enum":[]');
		expect(json).toContain('"enum":["x"]');
	});
});

function deepEnum(depth: number): unknown {
	let schema: unknown = { enum: ['deep'] };
	for (let level = 0; level < depth; level++) schema = { items: schema };
	return schema;
}
