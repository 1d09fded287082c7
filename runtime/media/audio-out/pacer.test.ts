// Guards against a pacer that drifts, bursts after a stall, or keeps running for nobody.
import fc from 'fast-check';
import { Pacer } from './pacer';

/** A timer queue in virtual time, whose timers fire late by what `late` says. */
function virtual(late: () => number) {
	let now = 0;
	let pending: { run: () => void; at: number } | undefined;
	const pacer = new Pacer({ now: () => now }, (run, ms) => {
		const timer = { run, at: now + ms + late() };
		pending = timer;
		return () => {
			if (pending === timer) pending = undefined;
		};
	});
	const until = (end: number): void => {
		while (pending && pending.at <= end) {
			const { run, at } = pending;
			pending = undefined;
			now = Math.max(now, at);
			run();
		}
		now = end;
	};
	return { pacer, until, running: () => pending !== undefined };
}

it('sends 100 frames a second for ever, however late its timers are', () => {
	fc.assert(
		fc.property(fc.infiniteStream(fc.double({ min: 0, max: 90, noNaN: true })), (lateness) => {
			const { pacer, until } = virtual(() => lateness.next().value as number);
			let frames = 0;
			pacer.join(() => frames++);
			until(60_000);
			expect(frames).toBeGreaterThan(5980);
			expect(frames).toBeLessThanOrEqual(6001);
		}),
		{ numRuns: 20 },
	);
});

it('drops the backlog of a long stall instead of bursting', () => {
	let stall = 0;
	const { pacer, until } = virtual(() => stall);
	const times: number[] = [];
	pacer.join((at) => times.push(at));
	until(95);
	stall = 5000;
	until(105);
	stall = 0;
	until(5200);
	const burst = Math.max(...times.map((time) => times.filter((other) => other === time).length));
	expect(burst).toBeLessThanOrEqual(2);
	expect(times.filter((time) => time > 5106)).not.toHaveLength(0);
});

it('stops when the last member leaves, also from within its own frame', () => {
	const { pacer, until, running } = virtual(() => 0);
	const leaveFirst = pacer.join(() => undefined);
	const leave = pacer.join(() => leave());
	until(50);
	expect(running()).toBe(true);
	leaveFirst();
	expect(running()).toBe(false);
	let frames = 0;
	const last = pacer.join(() => {
		frames++;
		last();
	});
	until(200);
	expect(frames).toBe(1);
	expect(running()).toBe(false);
});
