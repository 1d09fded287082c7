// Guards against: a process that is busy and does not say so, and one that is idle and seems busy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { BusyMeter, cpuMsOf, ownLoad } from './process-load';

function block(ms: number): void {
	const until = performance.now() + ms;
	while (performance.now() < until);
}

it('counts memory in bytes and processor time in ms', () => {
	const before = ownLoad();
	block(60);
	const after = ownLoad();
	expect(after.rssBytes).toBeGreaterThan(10_000_000);
	// The machine may have given the processor to others meanwhile.
	expect(after.cpuMs - before.cpuMs).toBeGreaterThan(5);
	expect(after.cpuMs - before.cpuMs).toBeLessThan(5_000);
});

it('tells of a loop that stood still, once', async () => {
	const meter = new BusyMeter();
	await sleep(50);
	meter.read();
	// The first round of the loop after a look is not counted.
	await sleep(50);
	block(200);
	await sleep(50);
	expect(meter.read().loopDelayMs).toBeGreaterThan(150);
	await sleep(50);
	const { loopDelayMs } = meter.read();
	expect(loopDelayMs).toBeGreaterThanOrEqual(0);
	expect(loopDelayMs).toBeLessThan(150);
});

it('says 0, not less and not NaN, right after it was made', () => {
	expect(new BusyMeter().read().loopDelayMs).toBeGreaterThanOrEqual(0);
});

it('knows what another process has computed, and nothing of one that is not there', async () => {
	if (process.platform !== 'linux') return;
	const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
	const computed = async (ms: number): Promise<void> => {
		while ((cpuMsOf(child.pid ?? 0) ?? 0) < ms) await new Promise((resolve) => setTimeout(resolve, 10));
	};
	await computed(200);
	child.kill('SIGSTOP');
	const stopped = cpuMsOf(child.pid ?? 0);
	await new Promise((resolve) => setTimeout(resolve, 200));
	expect(cpuMsOf(child.pid ?? 0)).toBeLessThanOrEqual((stopped ?? 0) + 20);
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
	expect(cpuMsOf(child.pid ?? 0)).toBeUndefined();
});
