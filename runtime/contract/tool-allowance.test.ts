// Guards against: a turn that fails at a limit, a tool that runs beyond it, and a model that is asked again and again for nothing.
import fc from 'fast-check';
import type { ToolCall } from './chat';
import { ToolAllowance } from './tool-allowance';

let made = 0;
function call(name: string, problem?: string): ToolCall {
	return { id: `c${made++}`, name, arguments: {}, ...(problem === undefined ? {} : { problem }) };
}

it('runs of four calls at once three, where three are allowed, and tells the model of the fourth', () => {
	const allowance = new ToolAllowance(3, ['look']);
	const calls = [call('look'), call('look'), call('look'), call('look')];
	const { run, refused, stop } = allowance.sort(calls);
	expect(run).toEqual(calls.slice(0, 3));
	expect(refused).toEqual([{ id: calls[3]?.id, ok: false, durationMs: 0, result: { code: 'VOICE_ERR_TOOL_LIMIT', error: expect.stringContaining('not run') } }]);
	expect(stop).toBeUndefined();
	expect(allowance.offers).toBe(false);
});

it('lets the model do better twice, then makes it answer without tools, and gives up where it does not', () => {
	const allowance = new ToolAllowance(6, ['look']);
	expect(allowance.sort([call('look', 'Its arguments cannot be read.')])).toMatchObject({ run: [], refused: [{ result: { code: 'VOICE_ERR_TOOL_ARGUMENTS' } }], stop: undefined });
	expect(allowance.offers).toBe(true);
	expect(allowance.sort([call('book')])).toMatchObject({ refused: [{ result: { code: 'VOICE_ERR_TOOL_UNKNOWN', error: expect.stringContaining('There is only: look.') } }], stop: undefined });
	expect(allowance.offers).toBe(false);
	expect(allowance.sort([call('book')]).stop).toMatchObject({ code: 'VOICE_ERR_TOOL_UNKNOWN' });
});

it('counts only failures in a row', () => {
	const allowance = new ToolAllowance(6, ['look']);
	for (let round = 0; round < 6; round++) {
		expect(allowance.offers).toBe(true);
		allowance.sort([call('look', 'broken')]);
		expect(allowance.sort([call('look')]).run).toHaveLength(1);
	}
	expect(allowance.offers).toBe(false);
});

it.each([[0, ['look']], [6, []]])('with %d calls of %j tools asks once more, not for ever', (most, names) => {
	const allowance = new ToolAllowance(most, names);
	expect(allowance.offers).toBe(false);
	expect(allowance.sort([call('look')])).toMatchObject({ run: [], refused: [{ ok: false }], stop: undefined });
	expect(allowance.sort([call('look')]).stop).toBeDefined();
});

it('says nothing in an error of what the model wrote', () => {
	const allowance = new ToolAllowance(6, ['look']);
	let stop;
	for (let round = 0; round < 3; round++) ({ stop } = allowance.sort([call('look', 'You wrote: my secret')]));
	expect(stop?.message).not.toContain('secret');
});

it('answers each call once, runs no more than allowed, and ends, whatever is asked for', () => {
	const one = fc.record({ name: fc.constantFrom('look', 'book', 'other'), problem: fc.option(fc.string(), { nil: undefined }) });
	fc.assert(
		fc.property(fc.nat(5), fc.array(fc.array(one, { minLength: 1, maxLength: 5 }), { minLength: 40, maxLength: 40 }), (most, steps) => {
			const allowance = new ToolAllowance(most, ['look', 'book']);
			let ran = 0;
			for (const [index, step] of steps.entries()) {
				const calls = step.map(({ name, problem }) => call(name, problem));
				const { run, refused, stop } = allowance.sort(calls);
				expect([...run, ...refused].map(({ id }) => id).toSorted()).toEqual(calls.map(({ id }) => id).toSorted());
				ran += run.length;
				expect(ran).toBeLessThanOrEqual(most);
				if (stop) return;
				expect(index).toBeLessThan(3 * most + 3);
			}
		}),
	);
});
