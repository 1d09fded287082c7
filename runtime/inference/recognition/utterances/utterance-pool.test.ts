// Guards against: an utterance lost with the worker that died while it heard it, one that kills all workers in turn, work for
// callers who are gone, ends that come together and wait for one worker, and more copies of a model than the memory bears.
import { VoiceError } from '../../../contract/errors';
import type { RpcCall, RpcClient } from '../../../rpc/client';
import type { UtteranceOwner } from './fair-queue';
import { UtterancePool } from './utterance-pool';
import type { WorkerOptions } from './utterance-workers';
import type { UtteranceWorkerProtocol } from './worker-protocol';

const GIGABYTE = 2 ** 30;
const never = new AbortController().signal;

/** Also where a test has its own time. */
const realTimeout = setTimeout;

async function turns(count = 8): Promise<void> {
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
	// Longer than ends are gathered, by the same clock.
	await new Promise((resolve) => realTimeout(resolve, 4));
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface Answer {
	readonly recognition: { readonly text: string; readonly understood: boolean; readonly confidence: number };
	readonly coreMs: number;
	readonly memoryBytes: number;
}

/** A worker whose utterances, named by their length in ms, are answered by hand. */
class FakeWorker {
	isLost = false;
	cancelled = 0;
	stopped = false;
	readonly heard: number[] = [];
	readonly ended: Promise<void>;
	readonly client = this as unknown as RpcClient<UtteranceWorkerProtocol>;
	private end = (): void => undefined;
	private open: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

	constructor(readonly threads: number) {
		this.ended = new Promise((resolve) => (this.end = resolve));
	}

	get busy(): boolean {
		return this.open !== undefined;
	}

	call(_op: 'recognise', { pcm }: { pcm: readonly Int16Array[] }): RpcCall<never, Answer> {
		if (this.open) throw new Error('two at a time');
		this.heard.push(pcm.reduce((sum, piece) => sum + piece.length, 0) / 16);
		const result = new Promise<Answer>((resolve, reject) => {
			if (this.isLost) reject(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'gone'));
			else this.open = { resolve, reject };
		});
		return { result, send: () => undefined, cancel: () => this.cancelled++ };
	}

	answer(coreMs = 100 * this.threads): void {
		const { open } = this;
		this.open = undefined;
		open?.resolve({ recognition: { text: String(this.heard.at(-1)), understood: true, confidence: 1 }, coreMs, memoryBytes: GIGABYTE / 2 });
	}

	fail(): void {
		const { open } = this;
		this.open = undefined;
		open?.reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'a fault in the model'));
	}

	/** First its connection ends, then its process. */
	die(): void {
		this.isLost = true;
		const { open } = this;
		this.open = undefined;
		open?.reject(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'gone'));
		setImmediate(this.end);
	}

	async stop(): Promise<void> {
		this.stopped = true;
		this.die();
		await this.ended;
	}
}

function poolOf(options: Partial<WorkerOptions> = {}) {
	const workers: FakeWorker[] = [];
	const start = async (threads: number): Promise<FakeWorker> => {
		const worker = new FakeWorker(threads);
		workers.push(worker);
		return await Promise.resolve(worker);
	};
	const pool = new UtterancePool({ start, cores: 2, availableBytes: () => 16 * GIGABYTE, ...options });
	const say = async (ms: number, { owner = { live: true }, signal = never }: { owner?: UtteranceOwner; signal?: AbortSignal } = {}): Promise<string> =>
		(await pool.recognise(owner, { pcm: new Int16Array(16 * ms), language: 'en' }, signal)).text;
	/** Answers until nobody works. */
	const finish = async (): Promise<void> => {
		for (await turns(); workers.some(({ busy }) => busy); await turns()) for (const worker of workers) if (worker.busy) worker.answer();
	};
	/** A pool that has heard something, with `callers` in calls. */
	const warmed = async (callers: number): Promise<void> => {
		const first = say(2000);
		await finish();
		await first;
		pool.expect(callers);
		await turns();
	};
	return { pool, workers, say, finish, warmed };
}

const running = (workers: readonly FakeWorker[]): FakeWorker[] => workers.filter(({ busy }) => busy);

describe('who hears', () => {
	it('one alone is heard by the worker with two threads; of several each has one thread, and never more threads than cores', async () => {
		const { workers, say, finish, warmed } = poolOf({ cores: 4 });
		await warmed(3);
		expect(workers.map(({ threads }) => threads)).toEqual([2, 1, 1, 1]);
		const alone = say(2001);
		await turns();
		expect(running(workers).map(({ threads }) => threads)).toEqual([2]);
		const together = [2002, 2003, 2004, 2005].map(async (ms) => await say(ms));
		await turns();
		expect(running(workers).map(({ threads }) => threads)).toEqual([2, 1, 1]);
		workers[0]?.answer();
		await turns();
		expect(running(workers).map(({ threads }) => threads)).toEqual([1, 1, 1]);
		await finish();
		expect(await Promise.all([alone, ...together])).toEqual(['2001', '2002', '2003', '2004', '2005']);
	});

	it.each([
		[2, 3],
		[2, 4],
		[4, 6],
	])('of several that end in one moment the first is not taken for one alone: on %i cores, %i ends', async (cores, ends) => {
		const { workers, say, finish, warmed } = poolOf({ cores });
		await warmed(ends);
		// A busy machine must not make them end at different times.
		jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
		const together: Promise<string>[] = [];
		// One after the other, as a pipe brings them.
		for (let at = 0; at < ends; at++) {
			together.push(say(2001 + at));
			await new Promise((resolve) => setImmediate(resolve));
		}
		await jest.advanceTimersByTimeAsync(2);
		jest.useRealTimers();
		await turns();
		expect(running(workers).map(({ threads }) => threads)).toEqual(Array.from({ length: cores }, () => 1));
		await finish();
		await Promise.all(together);
	});

	it('a second caller brings more workers, one caller none, and a machine with one core none', async () => {
		for (const [cores, callers, count] of [[2, 1, 1], [2, 2, 3], [2, 9, 3], [8, 3, 4], [1, 5, 1]] as const) {
			const { workers, warmed } = poolOf({ cores });
			await warmed(callers);
			expect(workers).toHaveLength(count);
		}
	});

	it('no more copies of the model than half of the free memory holds, and none where they would be slower than the first', async () => {
		for (const [gigabytes, count] of [[8, 5], [2.5, 3], [1.5, 1], [0.1, 1]] as const) {
			const { workers, pool, say, finish, warmed } = poolOf({ cores: 4, availableBytes: () => gigabytes * GIGABYTE });
			await warmed(9);
			expect(workers).toHaveLength(count);
			// What was started is not counted as free memory that is left.
			const more = [1, 2, 3, 4].map(async () => await say(2000));
			await finish();
			await Promise.all(more);
			pool.expect(9);
			expect(workers.length).toBeLessThanOrEqual(count + 2);
		}
	});

	it('one that cannot be started is not tried again after every utterance', async () => {
		let started = 0;
		const { say, finish, warmed, pool, workers } = poolOf({
			start: async (threads) => {
				started++;
				if (threads === 1) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'no memory');
				const worker = new FakeWorker(threads);
				workers.push(worker);
				return await Promise.resolve(worker);
			},
		});
		await warmed(2);
		expect(started).toBe(3);
		for (let time = 0; time < 3; time++) {
			const heard = say(2000);
			await finish();
			expect(await heard).toBe('2000');
		}
		expect(started).toBe(3);
		pool.expect(3);
		expect(started).toBe(5);
		await turns();
	});

	it('callers have their turns in order, however often one asks', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const [often, other] = [{ live: true }, { live: true }];
		const texts = [say(101, { owner: often }), say(102, { owner: often }), say(103, { owner: often }), say(200, { owner: other })];
		await finish();
		await Promise.all(texts);
		expect(workers[0]?.heard).toEqual([101, 200, 102, 103]);
	});
});

describe('a worker dies', () => {
	it('in mid-utterance: another one hears it again, before all who wait', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const texts = [say(101), say(102), say(103)];
		await turns();
		workers[0]?.die();
		await finish();
		expect(await Promise.all(texts)).toEqual(['101', '102', '103']);
		expect(workers.map(({ heard }) => heard)).toEqual([[101], [101, 102, 103]]);
	});

	it('twice with the same utterance: that is answered with a typed error, all others are heard', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const deadly = say(666);
		const texts = [say(102), say(103)];
		const failed = expect(deadly).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		await turns();
		workers[0]?.die();
		await turns();
		expect(workers[1]?.heard).toEqual([666]);
		workers[1]?.die();
		await finish();
		await failed;
		expect(await Promise.all(texts)).toEqual(['102', '103']);
		expect(workers).toHaveLength(3);
	});

	it('while it idles, or between its connection\'s end and its process\'s: the next utterance is not given to it', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const first = say(101);
		await finish();
		await first;
		const [dead] = workers;
		dead?.die();
		const next = say(102);
		await finish();
		expect(await next).toBe('102');
		expect(dead?.heard).toEqual([101]);
	});

	it('and no other can be started: whoever waits is told why, and the next one tries again', async () => {
		let broken = false;
		const workers: FakeWorker[] = [];
		const { say } = poolOf({
			cores: 1,
			start: async (threads) => {
				if (broken) throw new VoiceError('VOICE_ERR_MODEL_MISSING', 'The file is gone.');
				workers.push(new FakeWorker(threads));
				return await Promise.resolve(workers.at(-1)!);
			},
		});
		const texts = Promise.allSettled([say(101), say(102)]);
		await turns();
		broken = true;
		workers[0]?.die();
		expect(await texts).toMatchObject([{ reason: { code: 'VOICE_ERR_MODEL_MISSING' } }, { reason: { code: 'VOICE_ERR_MODEL_MISSING' } }]);
		broken = false;
		const again = say(103);
		await turns();
		workers[1]?.answer();
		expect(await again).toBe('103');
	});

	it('one of several: its utterance goes to one of the others', async () => {
		const { workers, say, finish, warmed } = poolOf({ cores: 2 });
		await warmed(2);
		const texts = [101, 102, 103, 104].map(async (ms) => await say(ms));
		await turns();
		workers[0]?.answer();
		await turns();
		expect(running(workers)).toEqual([workers[1], workers[2]]);
		workers[1]?.die();
		await finish();
		expect(await Promise.all(texts)).toEqual(['101', '102', '103', '104']);
	});

	it('a fault that it answers with is no death: it goes on working', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const failed = expect(say(101)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		const next = say(102);
		await turns();
		workers[0]?.fail();
		await failed;
		await finish();
		expect(await next).toBe('102');
		expect(workers).toHaveLength(1);
	});

	it('by hanging: it is ended, and its utterance is heard by another', async () => {
		jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
		try {
			const { workers, say, finish } = poolOf({ cores: 1 });
			const text = say(101);
			await turns();
			await jest.advanceTimersByTimeAsync(59_000);
			expect(workers[0]?.stopped).toBe(false);
			await jest.advanceTimersByTimeAsync(2000);
			await turns();
			expect(workers[0]?.stopped).toBe(true);
			await finish();
			expect(await text).toBe('101');
		} finally {
			jest.useRealTimers();
		}
	});
});

describe('nobody waits any more', () => {
	it('a cancelled utterance leaves the queue at once', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		const abort = new AbortController();
		const texts = [say(101), say(103)];
		const gone = say(102, { signal: abort.signal });
		await turns();
		abort.abort();
		await expect(gone).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await finish();
		await Promise.all(texts);
		expect(workers[0]?.heard).toEqual([101, 103]);
		await expect(say(104, { signal: abort.signal })).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	});

	it('one that is being heard is cancelled, its worker is used again when it is free, and a death then hears nothing again', async () => {
		const { workers, say, finish } = poolOf({ cores: 1 });
		for (const end of ['fail', 'die'] as const) {
			const abort = new AbortController();
			const gone = say(102, { signal: abort.signal });
			const next = say(103);
			await turns();
			const at = workers.at(-1);
			abort.abort();
			expect(at?.heard.at(-1)).toBe(102);
			at?.[end]();
			await expect(gone).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			await finish();
			expect(await next).toBe('103');
		}
		expect(workers.flatMap(({ heard }) => heard).filter((ms) => ms === 102)).toHaveLength(2);
		expect(workers.reduce((sum, { cancelled }) => sum + cancelled, 0)).toBe(2);
	});

	it('closed: what waits and what is being heard fails, every worker is ended, also one that still loads', async () => {
		const { pool, workers, say, warmed } = poolOf({ cores: 2 });
		await warmed(1);
		const texts = Promise.allSettled([say(101), say(102), say(103)]);
		pool.expect(2);
		await pool.close();
		expect((await texts).map((each) => (each.status === 'rejected' ? (each.reason as VoiceError).code : 'heard'))).toEqual(Array(3).fill('VOICE_ERR_INFERENCE_LOST'));
		await turns();
		expect(workers).toHaveLength(3);
		expect(workers.every(({ stopped }) => stopped)).toBe(true);
		await expect(say(104)).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		await expect(pool.ready()).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		pool.expect(5);
		expect(workers).toHaveLength(3);
	});

	it('ten minutes after the second caller has gone, its workers are ended', async () => {
		jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
		try {
			const { pool, workers, warmed } = poolOf({ cores: 2 });
			await warmed(2);
			pool.expect(1);
			await jest.advanceTimersByTimeAsync(599_000);
			expect(workers.some(({ stopped }) => stopped)).toBe(false);
			await jest.advanceTimersByTimeAsync(2000);
			await turns();
			expect(workers.map(({ stopped }) => stopped)).toEqual([false, true, true]);
		} finally {
			jest.useRealTimers();
		}
	});
});

it('tells what an utterance costs: time of one thread once one has heard, and the cores that the memory lets work', async () => {
	const { pool, say, finish, warmed } = poolOf({ cores: 4, availableBytes: () => 1.6 * GIGABYTE });
	expect(pool.cost).toBeUndefined();
	await warmed(1);
	expect(pool.cost).toEqual({ coreMs: 200, soundMs: 2000, cores: 2 });
	const { pool: tight, warmed: warm } = poolOf({ cores: 4, availableBytes: () => 3 * GIGABYTE });
	await warm(1);
	expect(tight.cost).toEqual({ coreMs: 200, soundMs: 2000, cores: 3 });
	await warm(4);
	const several = [1, 2, 3, 4].map(async () => await say(2000));
	await finish();
	await Promise.all(several);
	expect(pool.cost?.coreMs).toBe(200);
});
