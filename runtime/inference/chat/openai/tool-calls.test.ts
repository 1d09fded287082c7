// Guards against: a tool call that is lost, doubled, mixed with another or run with half of its arguments.
import fc from 'fast-check';
import type { ToolCallFragment } from './answers';
import { ToolCalls } from './tool-calls';

function read(fragments: readonly ToolCallFragment[]): Array<{ name: string; arguments: unknown }> {
	const calls = new ToolCalls();
	for (const fragment of fragments) calls.take(fragment);
	return calls.finish([], false).map(({ name, arguments: values }) => ({ name, arguments: values }));
}

const BOOK = { name: 'book', arguments: { title: 'dentist', hour: 9 } };
const LIST = { name: 'list', arguments: { day: 'monday' } };
const [book, list] = [BOOK, LIST].map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) })) as [
	{ name: string; arguments: string },
	{ name: string; arguments: string },
];

it('puts together what is cut anywhere, however ids and indexes are given', () => {
	const ids = fc.constantFrom<(call: number, turn: number) => string | undefined>(
		(call) => `call_${call}`,
		(call, turn) => (turn === 0 ? `call_${call}` : undefined),
		// Older vLLM: a new id with each fragment.
		(call, turn) => `chatcmpl-tool-${call}-${turn}`,
		() => undefined,
	);
	const indexes = fc.constantFrom<(call: number) => number | undefined>((call) => call, () => undefined);
	fc.assert(
		fc.property(ids, indexes, fc.array(fc.nat(60), { maxLength: 8 }), (idOf, indexOf, cuts) => {
			const fragments = [book, list].flatMap(({ name, arguments: json }, call) => {
				const places = [...cuts.filter((cut) => cut < json.length).toSorted((one, two) => one - two), json.length];
				const parts = places.map((place, index) => json.slice(places[index - 1] ?? 0, place));
				return ['', ...parts].map((part, turn) => ({
					index: indexOf(call),
					id: idOf(call, turn),
					function: turn === 0 ? { name, arguments: part } : { arguments: part },
				}));
			});
			expect(read(fragments)).toEqual([BOOK, LIST]);
		}),
	);
});

it.each<[string, ToolCallFragment[]]>([
	['whole calls that all have index 0', [{ index: 0, id: 'a', function: book }, { index: 0, id: 'b', function: list }]],
	['whole calls that all have index 0 and no id', [{ index: 0, function: book }, { index: 0, function: list }]],
	['arguments as objects', [{ index: 0, id: 'a', function: BOOK }, { index: 1, id: 'b', function: LIST }]],
	['name and id repeated in each fragment', [
		{ index: 0, id: 'a', function: { name: 'book', arguments: '{"title":"dentist",' } },
		{ index: 0, id: 'a', function: { name: 'book', arguments: '"hour":9}' } },
		{ index: 1, id: 'b', function: list },
	]],
	['the name after the id', [{ index: 0, id: 'a' }, { index: 0, function: book }, { index: 1, id: 'b' }, { index: 1, function: list }]],
	['fragments that take turns', [
		{ index: 0, id: 'a', function: { name: 'book', arguments: '{"title":"dentist",' } },
		{ index: 1, id: 'b', function: { name: 'list', arguments: '{"day"' } },
		{ index: 0, function: { arguments: '"hour":9}' } },
		{ index: 1, function: { arguments: ':"monday"}' } },
	]],
])('understands %s', (_name, fragments) => {
	expect(read(fragments)).toEqual([BOOK, LIST]);
});

it('makes two calls of the same tool with the same arguments two', () => {
	expect(read([{ index: 0, function: list }, { index: 0, function: list }])).toEqual([LIST, LIST]);
});

it('gives ids of its own, which differ', () => {
	const calls = new ToolCalls();
	for (const index of [0, 1]) calls.take({ index, id: 'same', function: { name: `tool${index}`, arguments: '{}' } });
	const ids = calls.finish([], false).map(({ id }) => id);
	expect(new Set(ids).size).toBe(2);
	for (const id of ids) expect(id).toMatch(/^call_[\w-]{12}$/);
});

it.each([[''], ['  '], ['{}'], ['null']])('takes %j for no arguments', (json) => {
	expect(read([{ index: 0, function: { name: 'now', arguments: json } }])).toEqual([{ name: 'now', arguments: {} }]);
});

it('cuts the spaces that models put around copied words', () => {
	expect(read([{ function: { name: ' book ', arguments: '{"title":" dentist "}' } }])).toEqual([{ name: 'book', arguments: { title: 'dentist' } }]);
});

it.each([['{"title":'], ['[1]'], ['"dentist"'], ['7'], ['book it']])('gives %j back to the model, which may do better', (json) => {
	const calls = new ToolCalls();
	calls.take({ index: 0, function: { name: 'book', arguments: json } });
	expect(calls.finish([], false)).toMatchObject([{ name: 'book', arguments: {}, problem: expect.stringContaining(json) }]);
});

it('gives a call without a name back under one that no tool has', () => {
	expect(read([{ index: 0, id: 'a', function: { arguments: '{}' } }])).toEqual([{ name: 'unknown', arguments: {} }]);
});

it('takes of the calls that a limit has cut off those that are whole', () => {
	const calls = new ToolCalls();
	for (const [index, json] of ['{"day":"monday"}', '{"day":"tue'].entries()) calls.take({ index, id: `c${index}`, function: { name: 'list', arguments: json } });
	expect(calls.finish([], true)).toMatchObject([{ arguments: { day: 'monday' } }, { arguments: {}, problem: expect.stringContaining('end in the middle') }]);
	expect(calls.finish([], true)[0]).not.toHaveProperty('problem');
});
