// Guards against: a large or odd result that fails the turn or wipes the conversation, and nobody told why the model read only a part.
import { lettersForModel } from '../../../runtime/lib/shorten';
import { MOST_RESULT_LETTERS, readableTool } from './readable-tool';
import type { Tool } from './tool';

function toolGiving(run: Tool['run']) {
	const remarks: string[] = [];
	const spec = { name: 'list', description: '', parameters: { type: 'object', properties: { count: { type: 'integer' } } }, sayWhileRunning: '' };
	const tool = readableTool({ spec, limitMs: 5, run }, (remark) => remarks.push(remark));
	return { tool, remarks };
}

it('gives what is small as it is, and says nothing', async () => {
	const { tool, remarks } = toolGiving(async (args) => ({ result: { args }, executionId: '42' }));
	expect(await tool.run({ count: '2' })).toEqual({ result: { args: { count: 2 } }, executionId: '42' });
	expect(tool).toMatchObject({ limitMs: 5, spec: { name: 'list' } });
	expect(remarks).toEqual([]);
});

it('shortens 2.5 MB to whole rows, and says so to the model and in the editor', async () => {
	const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `Customer ${id}`, note: 'x'.repeat(50) }));
	const { tool, remarks } = toolGiving(async () => ({ result: rows }));
	const { result } = await tool.run({});
	const kept = result as unknown[];
	expect(kept.slice(0, -1)).toEqual(rows.slice(0, kept.length - 1));
	expect(kept.at(-1)).toBe(`and ${(30_001 - kept.length).toLocaleString('en')} more`);
	expect(lettersForModel(result)).toBeLessThanOrEqual(MOST_RESULT_LETTERS);
	expect(remarks).toEqual([expect.stringMatching(/^The tool "list" gave 2,\d\d\d,\d\d\d characters\. .* fewer rows or fields\.$/)]);
});

it.each([
	['text', 'word '.repeat(500_000), /more letters$/],
	['a table', 'a,b\n'.repeat(600_000), /more lines$/],
	['nested', { data: { text: 'word '.repeat(500_000) } }, /more letters/],
])('shortens %s, too', async (_what, given, end) => {
	const { tool, remarks } = toolGiving(async () => ({ result: given }));
	const { result } = await tool.run({});
	expect(lettersForModel(result)).toBeLessThanOrEqual(MOST_RESULT_LETTERS);
	expect(typeof result === 'string' ? result : JSON.stringify(result)).toMatch(end);
	expect(remarks).toHaveLength(1);
});

it('takes what JSON does not know', async () => {
	const circle: Record<string, unknown> = {};
	circle.self = circle;
	const given = async (result: unknown) => (await toolGiving(async () => ({ result })).tool.run({})).result;
	expect(await given({ id: 12345678901234567890n, at: new Date(0), none: undefined })).toEqual({ id: '12345678901234567890', at: '1970-01-01T00:00:00.000Z' });
	expect(await given(undefined)).toBeNull();
	expect(await given(() => 1)).toBeNull();
	expect(await given(circle)).toMatchObject({ error: expect.stringContaining('JSON') });
});
