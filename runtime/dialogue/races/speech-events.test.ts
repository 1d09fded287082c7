// Guards against: detectors that say things twice, out of order, or not at all.
import { Scenario } from '../scenario.fixture';

it('takes a second beginning for the same speech', () => {
	const call = new Scenario().says(0, 2000, 'my calendar please');
	call.input(900, { type: 'callerSpeechStarted', speechAt: 800 }).run(9000);
	expect(call.turns).toMatchObject([{ speechStartAt: 0, speechEndAt: 2000, text: 'my calendar please' }]);
});

it('takes a second end for the same silence', () => {
	const call = new Scenario().says(0, 1000, 'my calendar please');
	call.input(1220, { type: 'callerSpeechStopped', speechEndAt: 1010 }).run(9000);
	expect(call.of('requestFinal', 'startTurn')).toEqual([
		'1200 requestFinal final-1',
		'1350 startTurn 1 "my calendar please"',
	]);
});

it('makes nothing of an end without a beginning, or of text without speech', () => {
	const call = new Scenario();
	call.input(100, { type: 'callerSpeechStopped', speechEndAt: 50 });
	call.input(200, { type: 'partial', text: 'left over from before' });
	call.input(300, { type: 'final', id: 'final-1', text: 'left over', understood: true, confidence: 1 });
	call.run(5000);
	expect(call.of('startTurn', 'requestFinal', 'interruptAgent', 'ignored')).toEqual([]);
});

it('does not put text of the turn before into the next', () => {
	const call = new Scenario().says(0, 1000, 'my calendar please').noise(3000, 3500).run(3100);
	call.input(3150, { type: 'final', id: 'final-1', text: 'my calendar please', understood: true, confidence: 1 });
	call.run(9000);
	expect(call.of('startTurn', 'ignored', 'interruptAgent').slice(1)).toEqual(['3730 ignored noise']);
});

it('bears clocks that run backwards', () => {
	const call = new Scenario().run(1000);
	const { conversation } = call;
	conversation.step({ type: 'callerSpeechStarted', at: 1000, speechAt: 2000 });
	conversation.step({ type: 'callerSpeechStopped', at: 900, speechEndAt: -500 });
	const [turn] = conversation.step({ type: 'final', at: 800, id: 'final-1', text: 'thank you', understood: true, confidence: 1 });
	expect(turn).toBe(undefined);
	expect(conversation.nextWakeAt()).toBe(1250);
	expect(conversation.step({ type: 'tick', at: 1250 })[0]).toMatchObject({ speechStartAt: 1000, speechEndAt: 1000, declaredAt: 1250 });
});

it('does not let a partial that comes after the final text change it', () => {
	const call = new Scenario().says(0, 1000, 'book a dentist');
	call.input(1300, { type: 'partial', text: 'look at dennis' }).run(9000);
	expect(call.turns[0]?.text).toBe('book a dentist');
});

it('goes on hearing when speech resumes at the very moment the turn would end', () => {
	const call = new Scenario().says(0, 1000, 'book a dentist');
	// In the queue before the tick of 1700.
	call.input(1700, { type: 'callerSpeechStarted', speechAt: 1640 });
	call.input(2700, { type: 'callerSpeechStopped', speechEndAt: 2500 }).run(9000);
	expect(call.of('startTurn')).toEqual(['3200 startTurn 1 "book a dentist"']);
});
