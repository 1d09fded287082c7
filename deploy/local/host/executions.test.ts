// Guards against reading an execution's data wrong: e2e tests would then judge something else than what n8n stored.
import { unflatten } from './executions';

test('strings inside are indexes, all else stands for itself', () => {
	const text = JSON.stringify([{ a: '1', n: 3, none: null, list: '2', yes: true }, 'text', ['1', 4, '3'], {}]);
	expect(unflatten(text)).toEqual({ a: 'text', n: 3, none: null, list: ['text', 4, {}], yes: true });
});

test('what occurs twice is one, also inside itself', () => {
	const whole = unflatten(JSON.stringify([{ left: '1', right: '1', self: '0' }, { x: 1 }])) as Record<string, unknown>;
	expect(whole['left']).toBe(whole['right']);
	expect(whole['self']).toBe(whole);
});

test.each(['', '{}', 'null'])('%j is refused', (text) => {
	expect(() => unflatten(text)).toThrow();
});
