// Guards against: a caller who asks often and keeps the others waiting, a call that waits behind recordings, and a recording that
// waits for ever.
import fc from 'fast-check';
import { type UtteranceOwner, FairQueue } from './fair-queue';

const caller = (): UtteranceOwner => ({ live: true });
const recording = (): UtteranceOwner => ({ live: false });

function all(queue: FairQueue<string>): string[] {
	const found: string[] = [];
	for (let next = queue.next(); next !== undefined; next = queue.next()) found.push(next);
	return found;
}

it('gives everybody one turn, then everybody the next', () => {
	const queue = new FairQueue<string>();
	const [often, second, third] = [caller(), caller(), caller()];
	for (const what of ['a1', 'a2', 'a3']) queue.add(often, what);
	queue.add(second, 'b1');
	queue.add(third, 'c1');
	queue.add(second, 'b2');
	expect(all(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

it('lets calls go before recordings, eight at most', () => {
	const queue = new FairQueue<string>();
	const archive = recording();
	for (const what of ['r1', 'r2']) queue.add(archive, what);
	for (let call = 1; call <= 12; call++) queue.add(caller(), `c${call}`);
	const order = all(queue);
	expect(order.indexOf('r1')).toBe(8);
	expect(order.slice(-1)).toEqual(['r2']);
});

it('what lost its worker goes first, and who leaves is gone', () => {
	const queue = new FairQueue<string>();
	const [one, two] = [caller(), caller()];
	queue.add(one, 'a1');
	queue.add(two, 'b1');
	queue.addAgain('z');
	queue.add(one, 'a2');
	queue.remove(one, 'a1');
	queue.remove(one, 'never there');
	expect(queue.waiting).toBe(3);
	queue.remove(two, 'b1');
	expect(all(queue)).toEqual(['z', 'a2']);
	queue.addAgain('y');
	queue.remove(one, 'y');
	expect(queue.next()).toBeUndefined();
	expect(queue.waiting).toBe(0);
});

it('loses nothing, doubles nothing, and keeps nobody waiting for more than one turn of each other caller', () => {
	const step = fc.oneof(fc.record({ add: fc.integer({ min: 0, max: 5 }) }), fc.constant({ take: true }));
	fc.assert(
		fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
			const owners = Array.from({ length: 6 }, caller);
			const queue = new FairQueue<{ owner: number; at: number }>();
			const waiting: Array<{ owner: number; at: number }> = [];
			/** Turns that others had since an owner's oldest began to wait for its turn. */
			const passed = owners.map(() => new Map<number, number>());
			for (const [at, what] of steps.entries()) {
				if ('add' in what) {
					const job = { owner: what.add, at };
					if (!waiting.some(({ owner }) => owner === what.add)) passed[what.add]?.clear();
					waiting.push(job);
					queue.add(owners[what.add]!, job);
					continue;
				}
				const next = queue.next();
				expect(next === undefined).toBe(waiting.length === 0);
				if (!next) continue;
				expect(waiting.find(({ owner }) => owner === next.owner)).toBe(next);
				waiting.splice(waiting.indexOf(next), 1);
				passed[next.owner]?.clear();
				for (const [owner, others] of passed.entries()) {
					if (owner === next.owner || !waiting.some((each) => each.owner === owner)) continue;
					others.set(next.owner, (others.get(next.owner) ?? 0) + 1);
					expect(others.get(next.owner)).toBeLessThanOrEqual(1);
				}
			}
		}),
	);
});
