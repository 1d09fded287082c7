// Guards against: half a sentence that becomes a turn because the line went dead, words that are lost with the line, a call
// that ends as idle while nobody can speak, and an answer that is taken for heard, or given up, while the caller is away.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

describe('the line goes dead in mid-sentence', () => {
	it('and nothing becomes a turn until the caller is back, who goes on with it', () => {
		const call = new Scenario();
		call.says(0, 2000, 'what is on my').input(1500, { type: 'callerAbsent' }).run(60_000);
		expect(call.turns).toEqual([]);
		call.input(60_000, { type: 'connected' });
		call.says(60_300, 61_200, 'calendar on monday').run(65_000);
		expect(call.turns).toHaveLength(1);
		expect(call.turns[0]?.text).toMatch(/^what is on (my )?calendar on monday$/);
		expect(call.turns[0]?.speechEndAt).toBe(61_200);
	});

	it('and what was said is answered where the caller says no more, after a silence that counts from their return', () => {
		const call = new Scenario();
		call.says(0, 1000, 'what is on my').input(1100, { type: 'callerAbsent' }).input(40_000, { type: 'connected' }).run(40_200);
		expect(call.turns).toEqual([]);
		call.run(45_000);
		expect(call.turns.map(({ text }) => text)).toEqual(['what is on my']);
		// The absence is no part of what was said.
		const [turn] = call.turns;
		expect((turn?.speechEndAt ?? 0) - (turn?.speechStartAt ?? 0)).toBeLessThan(1500);
	});
});

it('the end of a turn that was near waits for the caller as well', () => {
	const call = new Scenario();
	call.says(0, 1000, 'what is on monday').input(1205, { type: 'callerAbsent' }).run(30_000);
	expect(call.turns).toEqual([]);
	call.input(30_000, { type: 'connected' }).run(33_000);
	expect(call.turns.map(({ text }) => text)).toEqual(['what is on monday']);
});

it('a turn in flight goes on, and what it says waits', () => {
	const call = new Scenario({ onTurn: answering(ANSWER) });
	call.says(0, 1000, 'my calendar please').input(1500, { type: 'callerAbsent' }).run(1600);
	expect(call.conversation.phase).toBe('thinking');
	call.run(20_000);
	expect(call.of('interruptAgent', 'endSession')).toEqual([]);
});

it('an interruption is judged when the caller is back', () => {
	const call = new Scenario({ onTurn: answering(ANSWER), partials: false });
	call.says(0, 1000, 'my calendar please').says(3000, 4000, 'hey what about monday').input(3800, { type: 'callerAbsent' }).run(30_000);
	expect(call.of('interruptAgent')).toEqual([]);
	call.input(30_000, { type: 'connected' }).run(40_000);
	expect(call.of('interruptAgent')).toHaveLength(1);
	expect(call.turns.map(({ text }) => text)).toEqual(['my calendar please', expect.stringContaining('hey')]);
});

describe('limits', () => {
	it('do not run while the caller is away', () => {
		const call = new Scenario({ limits: { idleTimeoutMs: 5000, maxCallDurationMs: 20_000 } });
		call.input(1000, { type: 'callerAbsent' }).run(100_000);
		expect(call.of('endSession')).toEqual([]);
		call.input(100_000, { type: 'connected' }).run(104_900);
		expect(call.of('endSession')).toEqual([]);
		call.run(106_000);
		expect(call.of('endSession')).toEqual(['105000 endSession idle']);
	});

	it('count the time before an absence', () => {
		const call = new Scenario({ limits: { idleTimeoutMs: 60_000, maxCallDurationMs: 20_000 } });
		call.input(15_000, { type: 'callerAbsent' }).input(15_500, { type: 'callerAbsent' }).input(100_000, { type: 'connected' }).run(200_000);
		expect(call.of('endSession')).toEqual(['105000 endSession maxSession']);
	});
});

it('a hang-up ends the call while the caller is away', () => {
	const call = new Scenario();
	call.input(1000, { type: 'callerAbsent' }).input(2000, { type: 'hangup', reason: 'the caller did not come back' }).run(3000);
	expect(call.of('endSession')).toEqual(['2000 endSession the caller did not come back']);
});
