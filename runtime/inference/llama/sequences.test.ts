// Guards against: two conversations writing into one sequence, a conversation starved, or memory thrown away needlessly.
import fc from 'fast-check';
import { SequencePool } from './sequences';

const never = new AbortController().signal;
function alike(): number {
	return 0;
}

/** A promise that is settled by hand. */
function gate(): { open: () => void; passed: Promise<void> } {
	let open = (): void => undefined;
	const passed = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { open, passed };
}

describe('SequencePool', () => {
	it('never gives a sequence to two at a time, serves everybody, and keeps a conversation in order', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 4 }),
				fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 30 }),
				fc.scheduler(),
				async (size, conversations, scheduler) => {
					const pool = new SequencePool(Array.from({ length: size }, (_, index) => ({ index, users: 0 })));
					const order = new Map<number, number[]>();
					const uses = conversations.map(async (conversation, call) => {
						await pool.use(`c${conversation}`, alike, never, async (sequence) => {
							sequence.users++;
							expect(sequence.users).toBe(1);
							order.set(conversation, [...(order.get(conversation) ?? []), call]);
							await scheduler.schedule(Promise.resolve());
							sequence.users--;
						});
					});
					await scheduler.waitFor(Promise.all(uses));
					for (const calls of order.values()) expect(calls).toEqual([...calls].sort((a, b) => a - b));
				},
			),
			{ numRuns: 50 },
		);
	});

	it('keeps the sequence of a conversation and takes the one that was silent longest', async () => {
		const pool = new SequencePool(['a', 'b']);
		const where = async (conversation: string): Promise<string> =>
			await pool.use(conversation, alike, never, (sequence) => Promise.resolve(sequence));
		expect(await where('x')).toBe('a');
		expect(await where('y')).toBe('b');
		expect(await where('x')).toBe('a');
		expect(await where('z')).toBe('b');
		expect(await where('x')).toBe('a');
	});

	it('gives a newcomer the free sequence that knows most of its prompt', async () => {
		const pool = new SequencePool([3, 9, 5]);
		expect(await pool.use('x', (known) => known, never, (sequence) => Promise.resolve(sequence))).toBe(9);
	});

	it('frees the place of a conversation that is over, and of one without a name', async () => {
		const pool = new SequencePool(['a', 'b']);
		const where = async (conversation: string): Promise<string> =>
			await pool.use(conversation, alike, never, (sequence) => Promise.resolve(sequence));
		await where('x');
		await where('y');
		pool.forget('y');
		expect(await where('')).toBe('b');
		expect(await where('z')).toBe('b');
		expect(await where('x')).toBe('a');
	});

	it('lets one that waits go when it is cancelled', async () => {
		const pool = new SequencePool(['a']);
		const { open, passed } = gate();
		const long = pool.use('x', alike, never, async () => await passed);
		const abort = new AbortController();
		const waiting = pool.use('y', alike, abort.signal, () => Promise.resolve());
		abort.abort();
		await expect(waiting).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		open();
		await long;
		expect(await pool.use('z', alike, never, (sequence) => Promise.resolve(sequence))).toBe('a');
	});

	it('gives the place back when the work fails', async () => {
		const pool = new SequencePool(['a']);
		await expect(pool.use('x', alike, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(await pool.use('y', alike, never, (sequence) => Promise.resolve(sequence))).toBe('a');
	});
});
