// Guards against: a process that only works on something long and is killed for it, and one that hangs and is not.
import { Heartbeat } from './heartbeat';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Answers once, and then not any more; `cpu`: ms that it computes in a second. */
async function silent(cpu: number | undefined): Promise<string[]> {
	const told: string[] = [];
	let asked = 0;
	const start = Date.now();
	const heartbeat = new Heartbeat(
		async () => await (asked++ === 0 ? Promise.resolve({ stuckMs: 0 }) : new Promise<never>(() => undefined)),
		{
			onAnswer: () => told.push(`answer ${Date.now() - start}`),
			onSilent: () => told.push(`silent ${Date.now() - start}`),
			onHung: () => told.push(`hung ${Date.now() - start}`),
		},
		() => (cpu === undefined ? undefined : ((Date.now() - start) / 1000) * cpu),
	);
	await jest.advanceTimersByTimeAsync(60_000);
	heartbeat.stop();
	expect(jest.getTimerCount()).toBe(0);
	return told;
}

it.each([
	['stopped', 0, 5000, 10_000],
	['of which nothing is known', undefined, 5000, 10_000],
	['that works', 1000, 8000, 18_000],
	['that gets a little of a busy machine', 100, 8000, 18_000],
])('a process %s', async (_what, cpu, silentAt, hungAt) => {
	const [answer, ...rest] = await silent(cpu);
	expect(answer).toBe('answer 0');
	expect(rest).toEqual([`silent ${silentAt}`, `hung ${hungAt}`]);
});

it('a process that answers every other second is well, however it works', async () => {
	let asked = 0;
	const hung = jest.fn();
	const heartbeat = new Heartbeat(
		async () => await new Promise((resolve) => setTimeout(() => resolve({ stuckMs: 0 }), asked++ % 2 === 0 ? 1500 : 3900)),
		{ onAnswer: () => undefined, onSilent: hung, onHung: hung },
	);
	await jest.advanceTimersByTimeAsync(600_000);
	expect(hung).not.toHaveBeenCalled();
	heartbeat.stop();
});
