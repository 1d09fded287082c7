// Guards against: a wait that outlives its cancellation, a failure that nobody catches and that ends the process, and
// a value that is looked up twice, or kept after it went wrong.
import { setImmediate as settled } from 'node:timers/promises';
import { VoiceError } from '../contract/errors';
import { FoundOnce, cancelled, pause, pauseUnless, unlessCancelled, within } from './async';

const never = new AbortController().signal;

/** A promise that the test settles. */
function open<T>() {
	let resolve: (value: T) => void = () => undefined;
	let reject: (error: Error) => void = () => undefined;
	const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
	return { promise, resolve, reject };
}

const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(async () => {
	await settled();
	expect(uncaught.splice(0)).toEqual([]);
});

describe('unlessCancelled', () => {
	it('gives the result or the failure of the work', async () => {
		await expect(unlessCancelled(Promise.resolve(1), never)).resolves.toBe(1);
		await expect(unlessCancelled(Promise.reject(new Error('no')), never)).rejects.toThrow('no');
	});

	it('rejects at once when it is cancelled, and the work may still fail', async () => {
		const { promise, reject } = open<number>();
		const stop = new AbortController();
		const result = unlessCancelled(promise, stop.signal);
		stop.abort(new Error('the caller hung up'));
		await expect(result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED', cause: { message: 'the caller hung up' } });
		reject(new Error('too late'));
	});

	it('catches the failure of work that was cancelled before it was waited for', async () => {
		const { promise, reject } = open<number>();
		await expect(unlessCancelled(promise, AbortSignal.abort())).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		reject(new Error('too late'));
	});

	it('gives the result where both come at once, and leaves no listener behind', async () => {
		const stop = new AbortController();
		const removed = jest.spyOn(stop.signal, 'removeEventListener');
		const result = unlessCancelled(Promise.resolve(1), stop.signal);
		stop.abort();
		await expect(result).resolves.toBe(1);
		expect(removed).toHaveBeenCalledTimes(1);
	});
});

describe('within', () => {
	beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
	afterEach(() => void jest.useRealTimers());
	const late = new VoiceError('VOICE_ERR_TOO_SLOW', 'too slow');

	it('gives the result or the failure that came in time, and leaves no timer behind', async () => {
		await expect(within(10, late, Promise.resolve(1))).resolves.toBe(1);
		await expect(within(10, late, Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(jest.getTimerCount()).toBe(0);
	});

	it('rejects with its error once the time is up, and the work may still fail', async () => {
		const { promise, reject } = open<number>();
		const result = within(10, late, promise);
		jest.advanceTimersByTime(9);
		let done = false;
		result.catch(() => (done = true));
		await settled();
		expect(done).toBe(false);
		jest.advanceTimersByTime(1);
		await expect(result).rejects.toBe(late);
		reject(new Error('too late'));
	});
});

it('pauses for no time at all where the time has passed', async () => {
	await expect(pause(-1000)).resolves.toBeUndefined();
});

describe('FoundOnce', () => {
	it('looks up once for all who ask at once, and for all who ask later', async () => {
		const { promise, resolve } = open<number>();
		const find = jest.fn(() => promise);
		const once = new FoundOnce(find);
		const both = Promise.all([once.get(never), once.get(never)]);
		resolve(1);
		expect(await both).toEqual([1, 1]);
		expect(await once.get(never)).toBe(1);
		expect(find).toHaveBeenCalledTimes(1);
	});

	it('goes on for others when the first has left', async () => {
		const { promise, resolve } = open<number>();
		let given: AbortSignal | undefined;
		const once = new FoundOnce((signal) => {
			given = signal;
			return promise;
		});
		const first = new AbortController();
		const left = once.get(first.signal);
		const stays = once.get(never);
		first.abort();
		await expect(left).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		expect(given?.aborted).toBe(false);
		resolve(1);
		expect(await stays).toBe(1);
	});

	it('tells all who wait of a failure, and the next tries again', async () => {
		const find = jest.fn<Promise<number>, []>().mockRejectedValueOnce(new Error('down')).mockResolvedValueOnce(2);
		const once = new FoundOnce(find);
		const both = await Promise.allSettled([once.get(never), once.get(never)]);
		expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(await once.get(never)).toBe(2);
	});

	it('does not let an old lookup that fails late undo a newer one', async () => {
		const [old, fresh] = [open<number>(), open<number>()];
		const find = jest.fn<Promise<number>, []>().mockReturnValueOnce(old.promise).mockReturnValueOnce(fresh.promise);
		const once = new FoundOnce(find);
		const early = once.get(never);
		once.forget();
		const later = once.get(never);
		old.reject(new Error('down'));
		await expect(early).rejects.toThrow('down');
		fresh.resolve(2);
		expect(await later).toBe(2);
		expect(await once.get(never)).toBe(2);
		expect(find).toHaveBeenCalledTimes(2);
	});

	it('is failed by nobody when all who asked had left', async () => {
		const { promise, reject } = open<number>();
		const once = new FoundOnce(() => promise);
		const stop = new AbortController();
		const left = once.get(stop.signal);
		stop.abort(cancelled());
		await expect(left).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await expect(once.get(AbortSignal.abort())).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		reject(new Error('down'));
	});
});

it('pauses no longer than until nobody wants it to, and leaves no listener', async () => {
	const over = new AbortController();
	const removed = jest.spyOn(over.signal, 'removeEventListener');
	await pauseUnless(over.signal, 1);
	expect(removed).toHaveBeenCalledTimes(1);
	const long = pauseUnless(over.signal, 600_000);
	over.abort();
	await long;
	await pauseUnless(over.signal, 600_000);
});
