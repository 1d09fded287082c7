// Guards against: calls that crowd one media process while others are idle, and a place that is lost or given back twice.
import { FakeChildren, silent } from './fake-child.fixture';
import { MediaPool } from './media-pool';

let processes: FakeChildren;
let pool: MediaPool;

beforeEach(() => {
	jest.useFakeTimers();
	processes = new FakeChildren();
	pool = new MediaPool('/nowhere.js', 3, silent, processes.fork);
	pool.start();
});
afterEach(async () => {
	await pool.stop();
	expect(jest.getTimerCount()).toBe(0);
	jest.useRealTimers();
});

async function allLoaded(): Promise<void> {
	for (const child of processes.all) child.loads();
	await jest.advanceTimersByTimeAsync(0);
}

/** A new session's place, and the number of the process that it is in. */
async function place(): Promise<{ release: () => void; index: number }> {
	const taken = await pool.place();
	const sent = processes.all.map((child) => child.sent.length);
	taken.client.call('stats', {}).result.catch(() => undefined);
	return { release: () => taken.release(), index: processes.all.findIndex((child, at) => child.sent.length > (sent[at] ?? 0)) };
}

async function places(count: number): Promise<Array<{ release: () => void; index: number }>> {
	const taken = [];
	for (let index = 0; index < count; index++) taken.push(await place());
	return taken;
}

it('a session goes where the fewest are', async () => {
	await allLoaded();
	const taken = await places(6);
	expect(taken.map(({ index }) => index)).toEqual([0, 1, 2, 0, 1, 2]);
	taken[4]?.release();
	expect((await place()).index).toBe(1);
	expect((await place()).index).toBe(0);
});

it('a place that is given back twice counts once', async () => {
	await allLoaded();
	const [first] = await places(3);
	first?.release();
	first?.release();
	expect((await places(4)).map(({ index }) => index)).toEqual([0, 0, 1, 2]);
});

it('sessions that come while the processes load are spread as well', async () => {
	const waiting = [pool.place(), pool.place(), pool.place()];
	await allLoaded();
	const clients = (await Promise.all(waiting)).map(({ client }) => client);
	expect(new Set(clients).size).toBe(3);
});

it('a place that never came is given back', async () => {
	const failed = [pool.place(), pool.place()].map(async (placing) => await placing.catch((error: unknown) => error));
	await jest.advanceTimersByTimeAsync(20_000);
	for (const error of await Promise.all(failed)) expect(error).toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
	await allLoaded();
	expect((await places(3)).map(({ index }) => index)).toEqual([0, 1, 2]);
});

it('sessions of a process that died are its own to give back', async () => {
	await allLoaded();
	const taken = await places(3);
	processes.all[0]?.dies();
	taken[0]?.release();
	await jest.advanceTimersByTimeAsync(50);
	processes.newest.loads();
	await jest.advanceTimersByTimeAsync(0);
	expect((await place()).index).toBe(3);
});

it('is as ready as its least ready process', async () => {
	expect(pool.state).toBe('starting');
	await allLoaded();
	expect(pool.state).toBe('ready');
	processes.all[1]?.dies();
	expect(pool.state).toBe('down');
	await jest.advanceTimersByTimeAsync(50);
	expect(pool.state).toBe('starting');
});

it('tells what each process has used, with its id', async () => {
	await allLoaded();
	const asking = pool.stats();
	await jest.advanceTimersByTimeAsync(0);
	processes.all.forEach((child, index) => child.answers('stats', { sessions: index, loopDelayMs: 0, rssBytes: 1, cpuMs: 1 }));
	const stats = await asking;
	expect(stats.map(({ sessions, pid }) => [sessions, pid])).toEqual(processes.all.map(({ pid }, index) => [index, pid]));
});

it('a call goes to a process that is well, and figures come from all, with a word about the one that hangs', async () => {
	await allLoaded();
	const stopped = processes.all[1];
	stopped?.hangs();
	await jest.advanceTimersByTimeAsync(5000);
	expect([pool.state, pool.ready, pool.trouble]).toEqual(['silent', true, undefined]);
	expect((await places(4)).map(({ index }) => index)).toEqual([0, 2, 0, 2]);
	const asking = pool.stats();
	await jest.advanceTimersByTimeAsync(0);
	for (const child of [processes.all[0], processes.all[2]]) child?.answers('stats', { sessions: 2, loopDelayMs: 0, rssBytes: 1, cpuMs: 1 });
	expect((await asking).map(({ state, sessions }) => [state, sessions])).toEqual([['ready', 2], ['silent', 0], ['ready', 2]]);
	stopped?.loads();
});

it('while no process is well there is trouble', async () => {
	await allLoaded();
	for (const child of processes.all) child.hangs();
	await jest.advanceTimersByTimeAsync(5000);
	expect([pool.ready, pool.trouble]).toEqual([false, 'The media-1 process does not answer.']);
	for (const child of processes.all) child.loads();
	await jest.advanceTimersByTimeAsync(0);
	expect([pool.ready, pool.trouble]).toEqual([true, undefined]);
});

it('stop() ends all, and a session that still waits hears of it', async () => {
	const waiting = pool.place().catch((error: unknown) => error);
	await pool.stop();
	await expect(waiting).resolves.toMatchObject({ code: 'VOICE_ERR_STOPPING' });
	await expect(pool.place()).rejects.toMatchObject({ code: 'VOICE_ERR_STOPPING' });
	expect(processes.all.map(({ connected }) => connected)).toEqual([false, false, false]);
});
