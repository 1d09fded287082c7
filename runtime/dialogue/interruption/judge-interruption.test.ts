// Guards against: verdicts that lead nowhere: a wait without an end, a paused agent that no verdict lets go on.
import fc from 'fast-check';
import { judgeInterruption, type InterruptionAsk } from './judge-interruption';

function ask(change: Partial<InterruptionAsk>): InterruptionAsk {
	return {
		text: '',
		recognised: true,
		partials: true,
		speechMs: 300,
		speaking: true,
		final: false,
		stoppedForMs: 0,
		confirmed: false,
		dismissed: false,
		interruptible: true,
		agentAskedAQuestion: false,
		minInterruptionMs: 250,
		...change,
	};
}

it('needs words and speech, or a stop word', () => {
	expect(judgeInterruption(ask({ text: 'friday' }))).toEqual({ verdict: 'interrupt' });
	expect(judgeInterruption(ask({ text: 'friday', speechMs: 200 }))).toEqual({ verdict: 'wait', waitMs: 50 });
	expect(judgeInterruption(ask({ text: 'stop', speechMs: 80 }))).toEqual({ verdict: 'interrupt' });
	expect(judgeInterruption(ask({ text: '', speechMs: 1500 }))).toEqual({ verdict: 'wait', waitMs: 500 });
	expect(judgeInterruption(ask({ text: 'yeah', speechMs: 2000 }))).toEqual({ verdict: 'dismiss' });
});

const anyAsk: fc.Arbitrary<InterruptionAsk> = fc.record({
	text: fc.constantFrom('', 'yeah', 'i', 'stop', 'friday', 'book a dentist'),
	recognised: fc.boolean(),
	partials: fc.boolean(),
	speechMs: fc.integer({ min: 0, max: 4000 }),
	speaking: fc.boolean(),
	final: fc.boolean(),
	stoppedForMs: fc.integer({ min: 0, max: 4000 }),
	confirmed: fc.boolean(),
	dismissed: fc.boolean(),
	interruptible: fc.boolean(),
	agentAskedAQuestion: fc.boolean(),
	minInterruptionMs: fc.integer({ min: 0, max: 2000 }),
});

it('reaches a verdict other than waiting when the time it asks for has passed', () => {
	fc.assert(
		fc.property(anyAsk, (given) => {
			let now = given;
			for (let waits = 0; ; waits++) {
				const verdict = judgeInterruption(now);
				if (verdict.verdict === 'dismiss') {
					expect(now.dismissed).toBe(false);
					now = { ...now, dismissed: true };
					continue;
				}
				if (verdict.verdict !== 'wait') break;
				expect(verdict.waitMs).toBeGreaterThan(0);
				expect(waits).toBeLessThan(4);
				now = now.speaking
					? { ...now, speechMs: now.speechMs + verdict.waitMs }
					: { ...now, stoppedForMs: now.stoppedForMs + verdict.waitMs };
			}
		}),
	);
});

it('never interrupts what must not be, and never drops what the agent has given way to', () => {
	fc.assert(
		fc.property(anyAsk, (given) => {
			const { verdict } = judgeInterruption(given);
			if (!given.interruptible) expect(['hold', 'ignore', 'wait']).toContain(verdict);
			if (given.confirmed) expect(['hold', 'interrupt']).toContain(verdict);
		}),
	);
});

it('holds a paused agent up for two seconds at most after everybody is silent', () => {
	fc.assert(
		fc.property(anyAsk, (given) => {
			const late = { ...given, speaking: false, stoppedForMs: 2000, interruptible: true };
			expect(['ignore', 'interrupt']).toContain(judgeInterruption(late).verdict);
		}),
	);
});
