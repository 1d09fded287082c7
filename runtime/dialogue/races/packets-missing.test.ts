// Guards against: half a sentence that becomes a turn because its packets are missing, an interruption judged by sound that was
// made up, and a caller who is not waited for when they are heard again.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

it('no packets are no silence: nothing becomes a turn, however long they are missing, and the sentence goes on', () => {
	const call = new Scenario();
	call.says(0, 1000, 'what is on my').input(1100, { type: 'soundMissing' }).run(20_000);
	expect(call.turns).toEqual([]);
	call.input(20_000, { type: 'soundBack', missedMs: 18_950 }).says(20_100, 21_000, 'calendar on monday').run(24_000);
	expect(call.turns).toMatchObject([{ text: 'what is on my calendar on monday', missedMs: 18_950, speechEndAt: 21_000 }]);
});

it('the silence goes on from where the packets went missing, and is waited for to its end: words may be missing', () => {
	const call = new Scenario({ turnTaking: { endSilenceMs: 700, maxSilenceMs: 1500 } });
	call.says(0, 1000, 'what is on my calendar on monday').input(1300, { type: 'soundMissing' }).input(3300, { type: 'soundBack', missedMs: 2050 }).run(10_000);
	expect(call.turns).toHaveLength(1);
	// 250 ms of silence came before the gap: 1250 are left.
	expect(call.turns[0]?.declaredAt).toBe(4550);
	expect(call.turns[0]?.reason).toMatch(/packets were missing/);
});

it('a gap too short for a word costs its own time and no more', () => {
	const call = new Scenario({ turnTaking: { endSilenceMs: 700 } });
	const straight = new Scenario({ turnTaking: { endSilenceMs: 700 } });
	straight.says(0, 1000, 'what is on my calendar on monday').run(5000);
	call.says(0, 1000, 'what is on my calendar on monday').input(1250, { type: 'soundMissing' }).input(1300, { type: 'soundBack', missedMs: 100 }).run(5000);
	expect((call.turns[0]?.declaredAt ?? 0) - (straight.turns[0]?.declaredAt ?? 0)).toBe(100);
});

it('a caller who sends nothing while the path is well is silent', () => {
	const call = new Scenario({ turnTaking: { endSilenceMs: 700 } });
	call.says(0, 1000, 'what is on my calendar on monday').input(1250, { type: 'soundMissing' }).input(3250, { type: 'soundBack', missedMs: 0 }).run(3300);
	expect(call.turns).toMatchObject([{ speechEndAt: 1000, declaredAt: 3250 }]);
});

it('nobody interrupts by sound that nobody heard', () => {
	const call = new Scenario({ onTurn: answering(ANSWER), partials: false });
	call.says(0, 1000, 'my calendar please').run(2500);
	expect(call.conversation.phase).toBe('speaking');
	call.input(2600, { type: 'callerSpeechStarted', speechAt: 2550 }).input(2700, { type: 'soundMissing' }).run(9000);
	expect(call.of('interruptAgent')).toEqual([]);
	call.input(9000, { type: 'soundBack', missedMs: 6350 }).input(9200, { type: 'callerSpeechStopped', speechEndAt: 9000 }).run(12_000);
	expect(call.of('interruptAgent')).toEqual([]);
});

it('a call does not end as idle while its caller cannot be heard, but at its longest duration', () => {
	const call = new Scenario({ limits: { idleTimeoutMs: 5000, maxCallDurationMs: 20_000 } });
	call.input(1000, { type: 'soundMissing' }).input(15_000, { type: 'soundBack', missedMs: 14_000 }).run(18_900);
	expect(call.of('endSession')).toEqual([]);
	call.run(19_500);
	expect(call.of('endSession')).toEqual(['19000 endSession idle']);
	const other = new Scenario({ limits: { idleTimeoutMs: 5000, maxCallDurationMs: 20_000 } });
	other.input(1000, { type: 'soundMissing' }).run(30_000);
	expect(other.of('endSession')).toEqual(['20000 endSession maxSession']);
});

it('a caller who comes back over another link is listened to, though the packets of the one before never came again', () => {
	const call = new Scenario();
	call.says(0, 1000, 'what is on my').input(1100, { type: 'soundMissing' }).input(9000, { type: 'callerAbsent' }).input(20_000, { type: 'connected' });
	call.says(20_500, 21_000, 'calendar on monday').run(25_000);
	expect(call.turns.map(({ text }) => text)).toEqual(['what is on my calendar on monday']);
});
