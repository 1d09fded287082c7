// Guards against speech times that jump with every late timer of a busy machine.
import fc from 'fast-check';
import { ArrivalClock } from './arrival-clock';

it('is right within 2 ms though most frames come late', () => {
	fc.assert(
		fc.property(fc.array(fc.double({ min: 0, max: 120, noNaN: true }), { minLength: 400, maxLength: 400 }), (late) => {
			const clock = new ArrivalClock(16_000);
			late.forEach((delay, index) => {
				const due = 5000 + index * 10;
				// Every twentieth frame finds an idle machine.
				clock.arrived((index + 1) * 160, due + (index % 20 === 0 ? 0 : delay));
				if (index > 0) expect(Math.abs(clock.timeOf((index + 1) * 160) - due)).toBeLessThan(2);
			});
		}),
		{ numRuns: 20 },
	);
});

it('follows a source that stood still within two seconds', () => {
	const clock = new ArrivalClock(16_000);
	let samples = 0;
	for (let at = 0; at < 3000; at += 10) clock.arrived((samples += 160), at);
	for (let at = 3500; at < 5600; at += 10) clock.arrived((samples += 160), at);
	expect(Math.abs(clock.timeOf(samples) - 5590)).toBeLessThan(2);
});
