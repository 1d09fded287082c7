// Guards against a process that is not started again, one that is started for ever, and one that outlives its stop.
import { type Kept, Keeper } from './keeper';

/** A process that the test ends. */
class Played implements Kept {
	stopped = false;
	readonly ended: Promise<string>;
	end: (how: string) => void = () => undefined;

	constructor() {
		this.ended = new Promise((resolve) => (this.end = resolve));
	}

	async stop(): Promise<void> {
		this.stopped = true;
		this.end('SIGTERM');
	}
}

let said: string[];
let started: Played[];
let failing: string;
let keeper: Keeper;
let gaveUp: string | undefined;

beforeEach(() => {
	jest.useFakeTimers();
	said = [];
	started = [];
	failing = '';
	gaveUp = undefined;
	keeper = new Keeper({
		name: 'The runtime',
		start: async () => {
			const process = new Played();
			started.push(process);
			if (failing !== '') throw new Error(failing);
			return process;
		},
		say: (line) => said.push(line),
		logFile: '/log',
	});
	void keeper.gaveUp.then((why) => (gaveUp = why));
});
afterEach(() => jest.useRealTimers());

const pass = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

test('one that was killed is started again, and says so', async () => {
	const first = new Played();
	keeper.keep(first);
	await pass(3_600_000);
	expect(started).toHaveLength(0);
	first.end('SIGKILL');
	await pass(1000);
	expect(started).toHaveLength(1);
	expect(said).toEqual(['! The runtime stopped unexpectedly (SIGKILL). Its log: /log. Starting it again…', '✓ The runtime is running again.']);
	expect(gaveUp).toBeUndefined();
	await keeper.stop();
});

test('one that cannot be started any more is given up after six tries, with the reason', async () => {
	const first = new Played();
	keeper.keep(first);
	failing = 'no disk';
	first.end('exit code 1');
	await pass(120_000);
	expect(started).toHaveLength(6);
	expect(gaveUp).toMatch(/not started again.*no disk/);
	await pass(3_600_000);
	expect(started).toHaveLength(6);
	await keeper.stop();
});

test('one that starts and soon ends again is given up too', async () => {
	const first = new Played();
	keeper.keep(first);
	first.end('exit code 1');
	const crashes = setInterval(() => started.at(-1)?.end('SIGSEGV'), 2000);
	await pass(300_000);
	clearInterval(crashes);
	expect(started).toHaveLength(6);
	expect(gaveUp).toMatch(/SIGSEGV/);
});

test('one that ends now and then is started again each time', async () => {
	const first = new Played();
	keeper.keep(first);
	let last = first;
	for (let time = 1; time <= 20; time++) {
		last.end('SIGKILL');
		await pass(120_000);
		expect(started).toHaveLength(time);
		last = started[time - 1] as Played;
	}
	expect(gaveUp).toBeUndefined();
	await keeper.stop();
	expect(last.stopped).toBe(true);
});

test('stopped while it runs: ended, and not started again', async () => {
	const first = new Played();
	keeper.keep(first);
	await keeper.stop();
	await pass(60_000);
	expect(first.stopped).toBe(true);
	expect(started).toHaveLength(0);
	expect(said).toEqual([]);
});

test('stopped in the pause before the next start: nothing is started', async () => {
	const first = new Played();
	keeper.keep(first);
	first.end('SIGKILL');
	await pass(100);
	await keeper.stop();
	await pass(60_000);
	expect(started).toHaveLength(0);
});

test('stopped during a start: what comes of it is ended', async () => {
	let ready: (process: Kept) => void = () => undefined;
	keeper = new Keeper({ name: 'It', start: async () => await new Promise<Kept>((resolve) => (ready = resolve)), say: (line) => said.push(line), logFile: '' });
	const first = new Played();
	keeper.keep(first);
	first.end('SIGKILL');
	await pass(1000);
	const stopping = keeper.stop();
	const late = new Played();
	ready(late);
	await stopping;
	expect(late.stopped).toBe(true);
	expect(said).not.toContain('✓ It is running again.');
});
