// Guards against: a turn that never comes, or comes twice, because the recogniser is slow, silent or gone.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

it('waits for it when the silence is already long enough', () => {
	const call = new Scenario({ finalAfterMs: 400 }).says(0, 1000, 'my calendar please').run(9000);
	expect(call.of('startTurn')).toEqual(['1600 startTurn 1 "my calendar please"']);
});

it('goes by the partial text when it does not come', () => {
	const call = new Scenario({ finalAfterMs: Infinity }).says(0, 1000, 'my calendar please').run(9000);
	expect(call.of('startTurn')).toEqual(['2500 startTurn 1 "my calendar please"']);
	expect(call.turns[0]).toMatchObject({ confidence: 0, reason: 'complete: closing word, no final text' });
	expect(call.turns[0]?.finalAt).toBe(undefined);
});

it('starts no second turn when it comes after the turn', () => {
	const call = new Scenario({ finalAfterMs: 1600 }).says(0, 1000, 'my calendar please').run(9000);
	expect(call.of('startTurn')).toEqual(['2500 startTurn 1 "my calendar please"']);
});

it('is patient with a recogniser that has no partials', () => {
	const call = new Scenario({ finalAfterMs: Infinity }).noise(0, 1000);
	call.input(2300, { type: 'final', id: 'final-1', text: 'hello there', understood: true, confidence: 1 }).run(9000);
	expect(call.of('startTurn')).toEqual(['2300 startTurn 1 "hello there"']);
});

it('asks again after a sentence of which no text ever comes, and forgets a short sound', () => {
	const sentence = new Scenario({ finalAfterMs: Infinity }).noise(0, 1000).run(9000);
	expect(sentence.of('startTurn', 'ignored')).toEqual(['3200 startTurn 1 "" unclear']);
	const click = new Scenario({ finalAfterMs: Infinity }).noise(0, 200).run(9000);
	expect(click.of('startTurn', 'ignored')).toEqual(['2400 ignored noise']);
});

it('does not take an answer from before the caller went on for the final text', () => {
	const call = new Scenario({ finalAfterMs: 300 }).says(0, 1000, 'book a').says(1300, 2300, 'dentist please').run(9000);
	// The first final arrives at 1500, in the middle of the second stretch.
	expect(call.of('startTurn')).toEqual(['2800 startTurn 1 "book a dentist please"']);
});

it('lets the agent go on after half a second, and gives way when the text comes at last', () => {
	const call = new Scenario({ finalAfterMs: 900, onTurn: answering(ANSWER, { after: 100 }) });
	call.says(0, 1000, 'my calendar please').noise(4000, 4500);
	call.at(4600, () => call.input(4700, { type: 'partial', text: '' })).run(4699);
	expect(call.of('[paused]', 'resumeAgent')).toEqual(['4064 [paused]']);
	call.run(5300);
	expect(call.of('resumeAgent')).toEqual(['5200 resumeAgent']);
	call.input(5400, { type: 'final', id: 'final-2', text: 'what about monday', understood: true, confidence: 1 });
	call.run(5500);
	expect(call.of('interruptAgent')).toEqual(['5400 interruptAgent callerSpoke 1']);
});

it('goes on by time alone when the recogniser is lost in mid-sentence, and by words when it is back', () => {
	const call = new Scenario().says(0, 2000, 'book a dentist please');
	call.input(1000, { type: 'recognition', available: false, partials: false });
	call.input(5000, { type: 'recognition', available: true, partials: true });
	call.input(5000, { type: 'turnOver', n: 1 });
	call.says(6000, 7000, 'thank you').run(9000);
	expect(call.turns[0]).toMatchObject({ text: '', recognised: false, declaredAt: 2700 });
	expect(call.turns[1]).toMatchObject({ text: 'thank you', recognised: true, declaredAt: 7250 });
});
