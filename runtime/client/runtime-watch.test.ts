// Guards against: a node that waits for ever for a runtime that hangs, and one that gives up a runtime that only works.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { request } from './http';
import { RuntimeWatch } from './runtime-watch';

describe('on a virtual clock', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => {
		expect(jest.getTimerCount()).toBe(0);
		jest.useRealTimers();
	});

	const never = async (signal: AbortSignal): Promise<void> =>
		await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

	it('gives up after two questions without an answer', async () => {
		const watch = new RuntimeWatch(never);
		await jest.advanceTimersByTimeAsync(19_999);
		expect(watch.signal.aborted).toBe(false);
		await jest.advanceTimersByTimeAsync(1);
		expect(watch.signal.aborted).toBe(true);
	});

	it.each([
		['answers', async () => undefined],
		['answers with an error', async () => await Promise.reject(new Error('401'))],
	])('waits as long as the runtime %s', async (_what, answer) => {
		const watch = new RuntimeWatch(answer);
		await jest.advanceTimersByTimeAsync(3_600_000);
		expect(watch.signal.aborted).toBe(false);
		watch.stop();
	});

	it('one answer that is late does no harm', async () => {
		let asked = 0;
		const watch = new RuntimeWatch(async (signal) => await (++asked % 2 === 1 ? never(signal) : Promise.resolve()));
		await jest.advanceTimersByTimeAsync(600_000);
		expect(watch.signal.aborted).toBe(false);
		watch.stop();
	});

	it('stops while it asks', async () => {
		const watch = new RuntimeWatch(never);
		await jest.advanceTimersByTimeAsync(6000);
		watch.stop();
		await jest.advanceTimersByTimeAsync(60_000);
		expect(watch.signal.aborted).toBe(false);
	});
});

describe('with a runtime that is stopped', () => {
	/** Holds every request but that for its health. */
	const PROGRAM = `require('node:http').createServer((request, response) => {
		if (request.url === '/v1/health') response.end('{}');
	}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
	let child: ChildProcess;
	afterEach(async () => {
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;
	});

	it('a node that waits for it is told within 20 s', async () => {
		child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
		const lines = createInterface({ input: child.stdout ?? process.stdin });
		const [port] = (await once(lines, 'line')) as [string];
		const waiting = request({ url: `http://127.0.0.1:${port}`, key: 'k' }, { method: 'POST', path: '/v1/turns/t/speech', body: {} });
		waiting.catch(() => undefined);
		child.kill('SIGSTOP');
		await expect(waiting).rejects.toMatchObject({
			code: 'VOICE_ERR_RUNTIME_UNREACHABLE',
			message: expect.stringMatching(/keeps the connection but does not answer/),
			remedy: expect.stringMatching(/Restart/),
		});
	}, 60_000);
});
