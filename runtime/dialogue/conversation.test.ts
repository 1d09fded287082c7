// Guards against: turns that start too early, too late, twice or never in a plain conversation.
import { Scenario } from './scenario.fixture';

function reply(text: string, { after = 300, ms = 2000 } = {}) {
	return ({ n }: { n: number }, scenario: Scenario) =>
		void scenario.speaks(scenario.now + after, ms, text, { n });
}

describe('a plain turn', () => {
	it('goes from speech through silence, thought and answer back to listening', () => {
		const call = new Scenario({ onTurn: reply('Booked.') });
		call.says(1000, 3000, 'book a dentist on friday').run(10_000);
		expect(call.timeline).toEqual([
			'0 setState listening',
			'1064 setState hearing',
			'3200 judgeTurnEnd end-1',
			'3200 requestFinal final-1',
			'3700 startTurn 1 "book a dentist on friday"',
			'3700 resetRecogniser',
			'3700 restMedia',
			'3700 setState thinking',
			'4000 setState speaking',
			'6000 [played]',
			'6000 setState listening',
		]);
		expect(call.turns[0]).toMatchObject({
			speechStartAt: 1000,
			speechEndAt: 3000,
			finalAt: 3230,
			declaredAt: 3700,
			understood: true,
			recognised: true,
			reason: 'open: silence',
		});
	});

	it('ends a complete text after half the silence, an unfinished one later', () => {
		const ends = (text: string): number | undefined =>
			new Scenario().says(0, 2000, text).run(9000).when('startTurn');
		expect(ends('book a haircut on saturday at three p m')).toBe(2350);
		expect(ends('book a haircut on saturday at')).toBe(3300);
		expect(ends('move my haircut to saturday')).toBe(2700);
	});

	it('keeps one turn when the caller pauses and goes on', () => {
		const call = new Scenario().says(0, 1000, 'book a').says(1900, 3000, 'dentist please').run(9000);
		expect(call.of('requestFinal', 'startTurn')).toEqual([
			'1200 requestFinal final-1',
			'3200 requestFinal final-2',
			'3350 startTurn 1 "book a dentist please"',
		]);
		expect(call.turns[0]).toMatchObject({ speechStartAt: 0, speechEndAt: 3000 });
	});

	it('makes no turn of noise and rests', () => {
		const call = new Scenario().noise(0, 900).run(9000);
		expect(call.of('startTurn', 'ignored', 'restMedia')).toEqual(['1130 ignored noise', '1130 restMedia']);
		expect(call.timeline.at(-1)).toBe('1130 setState listening');
	});

	it('lets the agent ask again when words were not understood, but not for a grunt', () => {
		const sentence = new Scenario().says(0, 1200, 'flibber gibbet', { unclear: true }).run(9000);
		expect(sentence.of('startTurn')).toEqual(['1900 startTurn 1 "" unclear']);
		const grunt = new Scenario().says(0, 300, 'huh', { unclear: true }).run(9000);
		expect(grunt.of('startTurn', 'ignored')).toEqual(['530 ignored noise']);
	});

	it('ends an answer to a question sooner', () => {
		const call = new Scenario().speaks(0, 1000, 'Which day?').says(1500, 2000, 'on friday').run(9000);
		expect(call.when('startTurn')).toBe(2350);
	});
});

describe('without look-ahead', () => {
	it('ends turns by silence alone and leaves the text to the node', () => {
		const call = new Scenario({ lookAhead: false }).says(0, 1000, 'book a').run(9000);
		expect(call.of('requestFinal', 'startTurn')).toEqual(['1700 startTurn 1 ""']);
		expect(call.turns[0]).toMatchObject({ understood: true, recognised: false });
	});

	it('interrupts by the length of speech', () => {
		const options = { lookAhead: false, onTurn: reply('A long answer.', { ms: 9000 }) };
		const call = new Scenario(options).says(0, 1000, 'x').says(4000, 4300, 'x').says(6000, 7000, 'x').run(7100);
		expect(call.of('ignored', 'resumeAgent', 'interruptAgent')).toEqual([
			'4500 ignored noise',
			'4500 resumeAgent',
			'6500 interruptAgent callerSpoke 1',
		]);
	});
});

describe('the limits of a session', () => {
	it('ends it when nobody speaks, counted from the last thing said', () => {
		const options = { limits: { idleTimeoutMs: 5000 }, onTurn: reply('Hello.', { ms: 1000 }) };
		const call = new Scenario(options).says(1000, 2000, 'hello there please').run(60_000);
		// Speech ended at 2000, declared at 2350, sound from 2650 to 3650.
		expect(call.of('endSession')).toEqual(['8650 endSession idle']);
		expect(call.conversation.nextWakeAt()).toBe(undefined);
		expect(call.conversation.phase).toBe('ended');
	});

	it('does not call it idle while a turn is in flight, the agent speaks or the caller does', () => {
		const idle = { limits: { idleTimeoutMs: 5000 } };
		expect(new Scenario(idle).says(0, 500, 'hello please').run(60_000).when('endSession')).toBe(undefined);
		expect(new Scenario(idle).speaks(0, 20_000, 'Long.').run(20_000).when('endSession')).toBe(undefined);
		expect(new Scenario(idle).says(4000, 12_000, 'a b c d').run(12_000).when('endSession')).toBe(undefined);
	});

	it('does not take noise for somebody who speaks', () => {
		const call = new Scenario({ limits: { idleTimeoutMs: 5000 } }).noise(2000, 2500).noise(4000, 4400).run(60_000);
		expect(call.when('endSession')).toBe(5000);
	});

	it('counts its length from the first connection, not from a reconnection', () => {
		const call = new Scenario({ limits: { maxCallDurationMs: 10_000 } }).input(6000, { type: 'connected' }).run(60_000);
		expect(call.of('endSession')).toEqual(['10000 endSession maxSession']);
	});

	it('ends every session at its greatest length, whatever goes on', () => {
		const call = new Scenario({ limits: { maxCallDurationMs: 10_000 }, onTurn: reply('Long.', { ms: 60_000 }) });
		call.says(0, 1000, 'tell me please').says(9000, 12_000, 'a b c d').run(60_000);
		expect(call.of('endSession')).toEqual(['10000 endSession maxSession']);
	});
});
