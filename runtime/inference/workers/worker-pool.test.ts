// Guards against: calls of one tick that all go to one worker while others idle (8, 0, 0, 0 was seen), a warm() that leaves workers
// to be loaded while a caller waits, and calls that are lost with a worker that dies or are done for nobody.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import type { RpcCall, RpcClient } from '../../rpc/client';
import type { Protocol } from '../../rpc/protocol';
import { type PoolWorker, WorkerPool } from './worker-pool';

const never = new AbortController().signal;

async function turns(count = 5): Promise<void> {
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A worker whose calls are answered by hand, oldest first. */
class Fake implements PoolWorker<Protocol> {
	readonly client = this as unknown as RpcClient<Protocol>;
	readonly ended: Promise<void>;
	/** Calls that came to it, and those that were cancelled. */
	asked = 0;
	cancelled = 0;
	/** Its connection has ended, and its process not yet. */
	isLost = false;
	private readonly open: Array<{ answer: () => void; fail: (error: Error) => void }> = [];
	private end = (): void => undefined;

	constructor() {
		this.ended = new Promise((resolve) => (this.end = resolve));
	}

	get running(): number {
		return this.open.length;
	}

	ask(): RpcCall<never, Fake> {
		this.asked++;
		const result = new Promise<Fake>((resolve, reject) => this.open.push({ answer: () => resolve(this), fail: reject }));
		return { result, send: () => undefined, cancel: () => this.cancelled++ };
	}

	answer(): void {
		this.open.shift()?.answer();
	}

	die(): void {
		for (const { fail } of this.open.splice(0)) fail(new VoiceError('VOICE_ERR_MODEL_FAILED', 'gone'));
		this.end();
	}

	async stop(): Promise<void> {
		this.die();
		await this.ended;
	}
}

function poolOf(most: number): { pool: WorkerPool<Protocol>; workers: Fake[]; call: (signal?: AbortSignal) => Promise<Fake> } {
	const workers: Fake[] = [];
	const pool = new WorkerPool<Protocol>(async () => {
		const worker = new Fake();
		workers.push(worker);
		return await Promise.resolve(worker);
	}, most);
	const call = async (signal = never): Promise<Fake> => await pool.call((client) => (client as unknown as Fake).ask(), signal);
	return { pool, workers, call };
}

async function finish(workers: readonly Fake[]): Promise<void> {
	for (let left = true; left; left = workers.some(({ running }) => running > 0)) {
		await turns();
		for (const worker of workers) worker.answer();
		await turns();
	}
}

it('spreads the calls of one tick evenly, over idle workers as over those that are still to be started', async () => {
	for (const warm of [true, false]) {
		const { pool, workers, call } = poolOf(4);
		if (warm) await pool.warm();
		const calls = Array.from({ length: 8 }, async () => await call());
		await turns();
		expect(workers.map(({ running }) => running)).toEqual([1, 1, 1, 1]);
		await finish(workers);
		await Promise.all(calls);
		expect(workers.map(({ asked }) => asked)).toEqual([2, 2, 2, 2]);
	}
});

it('warms as many as will be used, or as many as it is told', async () => {
	const all = poolOf(4);
	await all.pool.warm();
	await all.pool.warm();
	expect(all.workers).toHaveLength(4);
	const one = poolOf(4);
	await one.pool.warm(1);
	expect(one.workers).toHaveLength(1);
});

it('starts no worker while one idles', async () => {
	const { workers, call } = poolOf(4);
	for (let each = 0; each < 5; each++) {
		const answer = call();
		await finish(workers);
		await answer;
	}
	expect(workers).toHaveLength(1);
});

it('fails the call that a worker dies of, gives those that waited for it to others, and replaces it', async () => {
	const { pool, workers, call } = poolOf(2);
	await pool.warm();
	const calls = Array.from({ length: 6 }, async () => await call().catch(() => 'failed' as const));
	await turns();
	workers[0]?.die();
	await finish(workers);
	await finish(workers);
	const answers = await Promise.all(calls);
	expect(answers.filter((answer) => answer === 'failed')).toHaveLength(1);
	expect(answers.filter((answer) => answer !== 'failed' && answer !== workers[0])).toHaveLength(5);
	expect(workers).toHaveLength(3);
});

it('asks nothing of a worker whose connection has ended before its process has', async () => {
	const { pool, workers, call } = poolOf(1);
	await pool.warm();
	const [first] = workers;
	if (first) first.isLost = true;
	const answer = call();
	await turns();
	workers[1]?.answer();
	expect(await answer).toBe(workers[1]);
	expect(first?.asked).toBe(0);
});

it('asks nothing for a call that was cancelled before its turn, and counts it no longer', async () => {
	const { pool, workers, call } = poolOf(2);
	await pool.warm();
	const abort = new AbortController();
	const first = [call(), call()];
	const given = Array.from({ length: 4 }, async () => await expect(call(abort.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' }));
	await turns();
	abort.abort();
	await Promise.all(given);
	await expect(call(abort.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	const next = [call(), call()];
	await finish(workers);
	await Promise.all([...first, ...next]);
	expect(workers.map(({ asked }) => asked)).toEqual([2, 2]);
	const running = call(abort.signal);
	await expect(running).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
});

it('cancels a call that its worker has begun', async () => {
	const { workers, call } = poolOf(1);
	const abort = new AbortController();
	const running = call(abort.signal);
	await turns();
	abort.abort();
	expect(workers[0]?.cancelled).toBe(1);
	workers[0]?.answer();
	await running;
});

it('rejects with what kept a worker from starting, and tries again for the next call', async () => {
	const broken = new VoiceError('VOICE_ERR_MODEL_BROKEN', 'no model');
	let starts = 0;
	const pool = new WorkerPool<Protocol>(async () => {
		starts++;
		return await Promise.reject(broken);
	}, 2);
	const ask = (client: RpcClient<Protocol>): RpcCall<never, Fake> => (client as unknown as Fake).ask();
	await expect(Promise.all([pool.call(ask, never), pool.call(ask, never)])).rejects.toBe(broken);
	await expect(pool.warm()).rejects.toBe(broken);
	expect(starts).toBeGreaterThanOrEqual(3);
});

it('starts nothing once it is closed', async () => {
	const { pool, workers, call } = poolOf(2);
	await pool.warm(1);
	const calls = [call(), call(), call()].map(async (answer) => await expect(answer).rejects.toBeInstanceOf(VoiceError));
	await turns();
	await pool.close();
	await Promise.all(calls);
	expect(workers).toHaveLength(2);
	await expect(call()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
});

it('gives no worker more than one call more than another, however many come at once', async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 30 }), async (most, count) => {
			const { workers, call } = poolOf(most);
			const calls = Array.from({ length: count }, async () => await call());
			await finish(workers);
			await Promise.all(calls);
			const asked = workers.map((worker) => worker.asked);
			expect(workers).toHaveLength(Math.min(most, count));
			expect(Math.max(...asked) - Math.min(...asked)).toBeLessThanOrEqual(1);
		}),
		{ numRuns: 20 },
	);
});

describe('a worker that hangs', () => {
	beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
	afterEach(() => jest.useRealTimers());

	it('is replaced 30 s after a call that it did not end was cancelled; whoever waits for it goes to its successor', async () => {
		const { workers, call } = poolOf(1);
		const abort = new AbortController();
		const first = call(abort.signal);
		first.catch(() => undefined);
		await turns();
		const second = call();
		await turns();
		abort.abort();
		await jest.advanceTimersByTimeAsync(29_999);
		expect(workers).toHaveLength(1);
		await jest.advanceTimersByTimeAsync(1);
		await expect(first).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await turns();
		expect(workers).toHaveLength(2);
		workers[1]?.answer();
		await expect(second).resolves.toBe(workers[1]);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('one that ends a cancelled call late, but does, stays', async () => {
		const { workers, call } = poolOf(1);
		const abort = new AbortController();
		const first = call(abort.signal);
		first.catch(() => undefined);
		await turns();
		abort.abort();
		await jest.advanceTimersByTimeAsync(20_000);
		workers[0]?.answer();
		await first.catch(() => undefined);
		await jest.advanceTimersByTimeAsync(60_000);
		const second = call();
		await turns();
		workers[0]?.answer();
		await expect(second).resolves.toBe(workers[0]);
	});
});
