// Guards against: an end of turn outside the limits that were set, or a wait that leads nowhere.
import fc from 'fast-check';
import { turnTakingSettings } from '../../contract/agent-settings';
import { judgeEndOfTurn } from './judge-end-of-turn';

const settings = turnTakingSettings.parse({});
function judge(text: string, silenceMs: number, agentAskedAQuestion = false) {
	return judgeEndOfTurn({ text, silenceMs, settings, agentAskedAQuestion });
}

it('gives the reason with the wait', () => {
	expect(judge('yes confirm it', 200)).toEqual({ end: false, waitMs: 150, reason: 'complete: short answer', likelyInMs: 0 });
	expect(judge('yes confirm it', 350)).toEqual({ end: true, waitMs: 0, reason: 'complete: short answer', likelyInMs: 0 });
	expect(judge('cancel the call', 200)).toEqual({ end: false, waitMs: 500, reason: 'open: silence', likelyInMs: 0 });
	expect(judge('book a', 500)).toEqual({ end: false, waitMs: 800, reason: 'unfinished: ends in "a"', likelyInMs: 200 });
});

it('never waits longer than the longest wait', () => {
	const short = turnTakingSettings.parse({ maxSilenceMs: 800 });
	const verdict = judgeEndOfTurn({ text: 'book a', silenceMs: 800, settings: short, agentAskedAQuestion: false });
	expect(verdict).toEqual({ end: true, waitMs: 0, reason: 'unfinished: ends in "a"', likelyInMs: 0 });
});

const anySettings = fc
	.record({
		flushSilenceMs: fc.integer({ min: 100, max: 2000 }),
		endSilenceMs: fc.integer({ min: 200, max: 5000 }),
		maxSilenceMs: fc.integer({ min: 300, max: 10_000 }),
	})
	.map((values) => turnTakingSettings.parse(values));

const text = fc.oneof(fc.string(), fc.constantFrom('yes', 'book a', 'cancel the call', 'at three p m', 'one two three'));

it('ends after exactly the wait it names, within the limits, whatever the text', () => {
	fc.assert(
		fc.property(text, anySettings, fc.integer({ min: 0, max: 12_000 }), fc.boolean(), (said, given, silenceMs, asked) => {
			const ask = { text: said, settings: given, agentAskedAQuestion: asked };
			const verdict = judgeEndOfTurn({ ...ask, silenceMs });
			const end = silenceMs + verdict.waitMs;
			expect(verdict.end).toBe(verdict.waitMs === 0);
			expect(judgeEndOfTurn({ ...ask, silenceMs: end }).end).toBe(true);
			if (verdict.waitMs > 0) expect(judgeEndOfTurn({ ...ask, silenceMs: end - 0.5 }).end).toBe(false);
			if (!verdict.end) {
				expect(end).toBeGreaterThanOrEqual(given.flushSilenceMs);
				expect(end).toBeLessThanOrEqual(Math.max(given.maxSilenceMs, given.flushSilenceMs));
			}
		}),
	);
});
