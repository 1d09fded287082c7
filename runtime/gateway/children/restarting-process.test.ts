// Guards against: a shutdown that hangs, a call that waits for a process that will never come, and a crash loop that eats the machine.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import { mediaProtocol } from '../../rpc/media-protocol';
import { FakeChildren, silent } from './fake-child.fixture';
import { RestartingProcess } from './restarting-process';

const options = { name: 'media-1', entry: '/nowhere.js', protocol: mediaProtocol, lostCode: 'VOICE_ERR_MEDIA_LOST', log: silent } as const;

/** What a promise came to, looked at without waiting for it. */
function watch(promise: Promise<unknown>): { outcome: string } {
	const seen = { outcome: 'pending' };
	promise.then(
		() => (seen.outcome = 'resolved'),
		(thrown: unknown) => (seen.outcome = VoiceError.from(thrown).code),
	);
	return seen;
}

const afterMs = async (ms: number): Promise<void> => await jest.advanceTimersByTimeAsync(ms);

describe('on a virtual clock', () => {
	let processes: FakeChildren;
	let child: RestartingProcess<typeof mediaProtocol>;

	beforeEach(() => {
		jest.useFakeTimers();
		processes = new FakeChildren();
		child = new RestartingProcess(options, processes.fork);
	});
	afterEach(() => {
		expect(jest.getTimerCount()).toBe(0);
		jest.useRealTimers();
	});

	/** Ends without a timer left behind. */
	const stopped = async (): Promise<void> => {
		const stopping = child.stop();
		await afterMs(3000);
		await stopping;
	};

	it('whoever asks again whenever the process was lost does not keep the event loop to himself at shutdown', async () => {
		await child.stop();
		let asked = 0;
		for (let lost = true; lost && asked < 10_000; asked++) {
			const error = await child.ready().then(() => undefined, (thrown: unknown) => VoiceError.from(thrown));
			lost = error?.code === 'VOICE_ERR_MEDIA_LOST';
		}
		expect(asked).toBe(1);
	});

	it('is down, then starting, then ready, then down again for good', async () => {
		const states = [child.state];
		child.start();
		states.push(child.state);
		processes.newest.loads();
		await afterMs(0);
		states.push(child.state);
		expect(child.pid).toBe(processes.newest.pid);
		await stopped();
		states.push(child.state);
		expect(states).toEqual(['down', 'starting', 'ready', 'down']);
		expect(child.pid).toBeUndefined();
	});

	it('says each time that a successor can be worked with, and not of the first process', async () => {
		let back = 0;
		child.onBack(() => back++);
		child.start();
		processes.newest.loads();
		await afterMs(0);
		expect(back).toBe(0);
		for (const times of [1, 2]) {
			processes.newest.dies();
			await afterMs(10_000);
			expect(back).toBe(times - 1);
			processes.newest.loads();
			await afterMs(0);
			expect(back).toBe(times);
		}
		await stopped();
	});

	it('starts one process, however often it is told to', async () => {
		child.start();
		child.start();
		expect(processes.all).toHaveLength(1);
		await stopped();
	});

	it('all who wait are told in the same instant that it is ready', async () => {
		const early = [watch(child.ready()), watch(child.ready())];
		child.start();
		const late = watch(child.ready());
		await afterMs(2000);
		expect([...early, late].map(({ outcome }) => outcome)).toEqual(['pending', 'pending', 'pending']);
		processes.newest.loads();
		await afterMs(0);
		expect([...early, late].map(({ outcome }) => outcome)).toEqual(['resolved', 'resolved', 'resolved']);
		await stopped();
	});

	it('who waits through a death before it was ready gets the successor', async () => {
		child.start();
		const waiting = child.ready();
		processes.newest.dies();
		expect(child.state).toBe('down');
		await afterMs(50);
		expect(child.state).toBe('starting');
		processes.newest.loads();
		const client = await waiting;
		client.call('stats', {}).result.catch(() => undefined);
		expect(processes.all.map(({ sent }) => sent.length)).toEqual([0, 1]);
		await stopped();
	});

	it('a first answer of a wrong shape does not make it ready', async () => {
		child.start();
		processes.newest.answersNonsense();
		await afterMs(1000);
		expect(child.state).toBe('starting');
		await stopped();
	});

	it('gives up waiting after 20 s, and says how the last one ended', async () => {
		child.start();
		processes.newest.dies(null, 'SIGSEGV');
		const waiting = watch(child.ready());
		const message = child.ready().catch((thrown: unknown) => VoiceError.from(thrown).message);
		await afterMs(19_999);
		expect(waiting.outcome).toBe('pending');
		await afterMs(1);
		expect(waiting.outcome).toBe('VOICE_ERR_MEDIA_LOST');
		await expect(message).resolves.toBe('The media-1 process did not start within 20 s. Last time it ended by SIGSEGV.');
		await stopped();
	});

	it('calls that are open when it dies fail as lost, new ones go to the successor', async () => {
		child.start();
		processes.newest.loads();
		const client = await child.ready();
		const open = [watch(client.call('stats', {}).result), watch(client.call('stats', {}).result)];
		processes.newest.dies();
		const next = watch(child.ready());
		await afterMs(0);
		expect(open.map(({ outcome }) => outcome)).toEqual(['VOICE_ERR_MEDIA_LOST', 'VOICE_ERR_MEDIA_LOST']);
		expect(watch(client.call('stats', {}).result)).toEqual({ outcome: 'pending' });
		expect(next.outcome).toBe('pending');
		await afterMs(50);
		processes.newest.loads();
		await afterMs(0);
		expect(next.outcome).toBe('resolved');
		expect(await child.ready()).not.toBe(client);
		await stopped();
	});

	it('an answer of a process that has died since changes nothing', async () => {
		child.start();
		const [first] = processes.all;
		first?.dies();
		first?.loads();
		await afterMs(0);
		expect(child.state).toBe('down');
		await stopped();
	});

	it('waits longer after every crash, and 10 s at most', async () => {
		child.start();
		for (const wait of [50, 200, 1000, 3000, 10_000, 10_000, 10_000]) {
			const before = processes.all.length;
			processes.newest.dies();
			await afterMs(wait - 1);
			expect(processes.all).toHaveLength(before);
			await afterMs(1);
			expect(processes.all).toHaveLength(before + 1);
		}
		await stopped();
	});

	it('starts again at once after a death that follows 30 s of health', async () => {
		child.start();
		for (const wait of [50, 200, 1000]) {
			processes.newest.dies();
			await afterMs(wait);
		}
		processes.newest.loads();
		await afterMs(30_001);
		const before = processes.all.length;
		processes.newest.dies();
		await afterMs(50);
		expect(processes.all).toHaveLength(before + 1);
		await stopped();
	});

	it('start() during the back-off starts it now, and only once', async () => {
		child.start();
		processes.newest.dies();
		child.start();
		expect(processes.all).toHaveLength(2);
		await afterMs(1000);
		expect(processes.all).toHaveLength(2);
		await stopped();
	});

	it.each([
		['while it starts', () => child.start()],
		['before it was started', () => undefined],
		['while it waits to start again', () => {
			child.start();
			processes.newest.dies();
		}],
	])('stop() %s wakes all who wait at once, and nothing is started after it', async (_when, before) => {
		before();
		const waiting = [watch(child.ready()), watch(child.ready())];
		const started = processes.all.length;
		const stopping = watch(child.stop());
		await afterMs(0);
		expect(waiting.map(({ outcome }) => outcome)).toEqual(['VOICE_ERR_STOPPING', 'VOICE_ERR_STOPPING']);
		expect(stopping.outcome).toBe('resolved');
		await afterMs(60_000);
		child.start();
		expect(processes.all).toHaveLength(started);
		expect(child.state).toBe('down');
	});

	it('calls that are open when it is stopped may still be answered; what is open when it ends fails as stopping', async () => {
		child.start();
		processes.newest.obedient = false;
		processes.newest.loads();
		const client = await child.ready();
		const lost = watch(client.call('stats', {}).result);
		const answered = watch(client.call('stats', {}).result);
		const stopping = watch(child.stop());
		processes.newest.answers('stats', { sessions: 0, loopDelayMs: 0, rssBytes: 1, cpuMs: 1 });
		await afterMs(0);
		expect([lost.outcome, answered.outcome, stopping.outcome]).toEqual(['pending', 'resolved', 'pending']);
		const during = watch(client.call('stats', {}).result);
		processes.newest.dies(0);
		await afterMs(0);
		const after = watch(client.call('stats', {}).result);
		await afterMs(0);
		expect([lost, during, after, stopping].map(({ outcome }) => outcome)).toEqual([
			'VOICE_ERR_STOPPING', 'VOICE_ERR_STOPPING', 'VOICE_ERR_STOPPING', 'resolved',
		]);
	});

	it('a process that does not end by itself is killed after 3 s', async () => {
		child.start();
		processes.newest.obedient = false;
		const stopping = watch(child.stop());
		await afterMs(2999);
		expect(processes.newest.signals).toEqual([]);
		expect(stopping.outcome).toBe('pending');
		await afterMs(1);
		expect(processes.newest.signals).toEqual(['SIGKILL']);
		expect(stopping.outcome).toBe('resolved');
	});

	it('stop() twice waits for the same end', async () => {
		child.start();
		processes.newest.obedient = false;
		const both = [watch(child.stop()), watch(child.stop())];
		await afterMs(0);
		expect(both.map(({ outcome }) => outcome)).toEqual(['pending', 'pending']);
		processes.newest.dies(0);
		await afterMs(0);
		expect(both.map(({ outcome }) => outcome)).toEqual(['resolved', 'resolved']);
		await child.stop();
	});

	it('a signal to the whole process group that ended it first does not matter to stop()', async () => {
		child.start();
		processes.newest.dies(null, 'SIGTERM');
		await child.stop();
	});

	it('a process that cannot be started (an error, and never an exit) is tried again as one that died', async () => {
		child.start();
		const waiting = watch(child.ready());
		processes.newest.cannotStart();
		expect(child.state).toBe('down');
		await afterMs(50);
		expect(processes.all).toHaveLength(2);
		processes.newest.loads();
		await afterMs(0);
		expect(waiting.outcome).toBe('resolved');
		await stopped();
	});

	it('stop() does not wait for a process that could not be started', async () => {
		child.start();
		processes.newest.obedient = false;
		const stopping = watch(child.stop());
		processes.newest.cannotStart();
		await afterMs(0);
		expect(stopping.outcome).toBe('resolved');
	});

	it('an error of a process that lives, like a signal that could not be sent, is no death', async () => {
		child.start();
		processes.newest.loads();
		await afterMs(0);
		processes.newest.emit('error', new Error('kill EPERM'));
		await afterMs(60_000);
		expect(child.state).toBe('ready');
		expect(processes.all).toHaveLength(1);
		await stopped();
	});

	it('where fork itself throws it is tried again as well', async () => {
		processes.refuses = new Error('spawn E2BIG');
		child.start();
		expect(child.state).toBe('down');
		await afterMs(50);
		processes.refuses = undefined;
		await afterMs(200);
		expect(processes.all).toHaveLength(1);
		await stopped();
	});
});

describe('a process that hangs', () => {
	let processes: FakeChildren;
	let child: RestartingProcess<typeof mediaProtocol>;

	beforeEach(async () => {
		jest.useFakeTimers();
		processes = new FakeChildren();
		child = new RestartingProcess(options, processes.fork);
		child.start();
		processes.newest.loads();
		await afterMs(0);
	});
	afterEach(async () => {
		const stopping = child.stop();
		await afterMs(6000);
		await stopping;
		expect(jest.getTimerCount()).toBe(0);
		jest.useRealTimers();
	});

	it('is silent after 5 s and killed after 10 s; its calls fail then, and whoever waits gets its successor', async () => {
		const open = watch((await child.ready()).call('stats', {}).result);
		const [first] = processes.all;
		first?.hangs();
		await afterMs(5000);
		expect([child.state, child.trouble]).toEqual(['silent', 'The media-1 process does not answer.']);
		const next = watch(child.ready());
		await afterMs(4999);
		expect([open.outcome, next.outcome]).toEqual(['pending', 'pending']);
		await afterMs(1001);
		expect(first?.signals).toEqual(['SIGKILL']);
		expect([open.outcome, next.outcome]).toEqual(['VOICE_ERR_MEDIA_LOST', 'pending']);
		expect(child.trouble).toMatch(/^The media-1 process (ended by SIGKILL|gave no answer).* is being started again\.$/);
		await afterMs(50);
		expect(processes.all).toHaveLength(2);
		processes.newest.loads();
		await afterMs(0);
		expect([child.state, child.trouble, next.outcome]).toEqual(['ready', undefined, 'resolved']);
	});

	it('one that was only busy for 9 s lives on, with all its calls', async () => {
		const open = watch((await child.ready()).call('stats', {}).result);
		processes.newest.hangs();
		await afterMs(6000);
		const meanwhile = watch(child.ready());
		expect([child.state, meanwhile.outcome]).toEqual(['silent', 'pending']);
		await afterMs(3000);
		processes.newest.loads();
		await afterMs(0);
		expect([child.state, meanwhile.outcome, open.outcome]).toEqual(['ready', 'resolved', 'pending']);
		await afterMs(60_000);
		expect([processes.all.length, processes.newest.signals]).toEqual([1, []]);
	});

	it.each([[9, 0], [3600, 0], [3600, 40]])('a machine that sleeps for %i s, and %i times more, accuses nobody', async (seconds, times) => {
		for (let time = 0; time <= times; time++) {
			processes.newest.hangs();
			// A process that sleeps lives through no time: its timers ring late, once, and the clock has gone on.
			jest.setSystemTime(Date.now() + seconds * 1000);
			await afterMs(1000);
			expect(child.state).toBe('ready');
			processes.newest.loads();
			await afterMs(1000);
		}
		expect(processes.all).toHaveLength(1);
	});

	it('one that answers but is stuck in native code for a minute is killed as well', async () => {
		processes.newest.stuckMs = 59_000;
		await afterMs(1000);
		expect(processes.newest.signals).toEqual([]);
		processes.newest.stuckMs = 60_000;
		const [first] = processes.all;
		await afterMs(1000);
		expect(first?.signals).toEqual(['SIGKILL']);
		await afterMs(50);
		expect(processes.all).toHaveLength(2);
	});

	it('one that the kernel does not let go is given up: calls fail at once, a successor comes after 3 s', async () => {
		const [first] = processes.all;
		if (first) Object.assign(first, { killable: false, obedient: false });
		const open = watch((await child.ready()).call('stats', {}).result);
		first?.hangs();
		await afterMs(10_000);
		expect([open.outcome, processes.all.length]).toEqual(['VOICE_ERR_MEDIA_LOST', 1]);
		await afterMs(3050);
		expect(processes.all).toHaveLength(2);
		processes.newest.loads();
		await afterMs(0);
		// It ends after all: nobody minds.
		first?.dies(null, 'SIGKILL');
		await afterMs(1000);
		expect([child.state, processes.all.length]).toEqual(['ready', 2]);
	});

	it('stop() gives up one that cannot be killed', async () => {
		const [first] = processes.all;
		if (first) Object.assign(first, { killable: false, obedient: false });
		const stopping = watch(child.stop());
		await afterMs(5999);
		expect(stopping.outcome).toBe('pending');
		await afterMs(1);
		expect(stopping.outcome).toBe('resolved');
	});

	it('one that never gives its first answer is started again after a minute', async () => {
		processes.newest.dies();
		await afterMs(50);
		const second = processes.newest;
		await afterMs(59_000);
		expect(second.signals).toEqual([]);
		await afterMs(1000);
		expect(second.signals).toEqual(['SIGKILL']);
		await afterMs(200);
		expect(processes.all).toHaveLength(3);
	});
});

describe('with a real process', () => {
	/** Answers `ping` and `stats`, and dies when its parent is gone or when it is asked for anything else. */
	const PROGRAM = `
		process.on('disconnect', () => process.exit(0));
		process.on('message', ({ kind, id, op }) => {
			if (kind !== 'call') return;
			if (op !== 'stats' && op !== 'ping') process.exit(3);
			process.send({ kind: 'result', id, value: op === 'ping' ? { stuckMs: 0 } : { sessions: 0, loopDelayMs: 0, rssBytes: 1, cpuMs: 1 } });
		});`;
	let folder: string;
	let entry: string;

	beforeAll(async () => {
		folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-process-'));
		entry = path.join(folder, 'main.js');
		await writeFile(entry, PROGRAM);
	});
	afterAll(async () => await rm(folder, { recursive: true, force: true }));

	it('it starts, dies, comes back and ends', async () => {
		const child = new RestartingProcess({ ...options, entry });
		child.start();
		const first = child.pid;
		const session = (await child.ready()).call('session', { sessionId: 'x', offer: 'x', flushSilenceMs: 1 });
		await expect(session.result).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		const client = await child.ready();
		expect(child.pid).not.toBe(first);
		await expect(client.call('stats', {}).result).resolves.toMatchObject({ sessions: 0 });
		const last = child.pid;
		await child.stop();
		expect(() => process.kill(last ?? 0, 0)).toThrow('ESRCH');
		await expect(child.ready()).rejects.toMatchObject({ code: 'VOICE_ERR_STOPPING', status: 503 });
	});

	it('one that is stopped is killed and comes back; one that goes on in time is not', async () => {
		const child = new RestartingProcess({ ...options, entry });
		child.start();
		await child.ready();
		const first = child.pid ?? 0;
		process.kill(first, 'SIGSTOP');
		while (child.state !== 'silent') await new Promise((resolve) => setTimeout(resolve, 50));
		process.kill(first, 'SIGCONT');
		await child.ready();
		expect([child.state, child.pid]).toEqual(['ready', first]);
		process.kill(first, 'SIGSTOP');
		const open = (await child.ready()).call('stats', {}).result;
		await expect(open).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		await expect((await child.ready()).call('stats', {}).result).resolves.toMatchObject({ sessions: 0 });
		expect(child.pid).not.toBe(first);
		expect(() => process.kill(first, 0)).toThrow('ESRCH');
		await child.stop();
	}, 60_000);

	it('a program that cannot be run at all does not keep stop() waiting', async () => {
		const forks: ChildProcess[] = [];
		const child = new RestartingProcess({ ...options, entry }, (file) => {
			const next = fork(file, [], { execPath: path.join(folder, 'no-such-node') });
			forks.push(next);
			return next;
		});
		child.start();
		await once(forks[0] ?? process, 'error').catch(() => undefined);
		expect(child.state).toBe('down');
		await child.stop();
	});
});
