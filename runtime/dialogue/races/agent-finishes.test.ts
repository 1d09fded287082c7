// Guards against: an agent that resumes or interrupts what is already played, and words lost at the change of speakers.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

/** Sound from 1850 to 3850. */
function asked() {
	return new Scenario({ onTurn: answering(ANSWER, { ms: 2000 }) }).says(0, 1000, 'my calendar please');
}

it('hears speech that begins in the last moment as the next turn, without an interruption', () => {
	// Clear at 3864: media had nothing left to pause.
	const call = asked().says(3800, 4800, 'thank you').run(9000);
	expect(call.of('[paused]', 'interruptAgent', 'resumeAgent', 'startTurn').slice(1)).toEqual([
		'5050 startTurn 2 "thank you"',
	]);
});

it('takes a sign of listening for a turn when nobody else has the floor any more', () => {
	const call = asked().says(3800, 4200, 'okay').run(9000);
	expect(call.of('ignored', 'startTurn').slice(1)).toEqual(['4550 startTurn 2 "okay"']);
});

it('makes a normal turn of it when the last sound and its pausing cross', () => {
	const call = asked().says(3700, 4700, 'thank you').run(3800);
	// Media had played all of it before the pause took hold.
	call.input(3810, { type: 'agentUtterancePlayed', utteranceId: 'u1850', playedSamples: 0, complete: true });
	call.input(3810, { type: 'turnOver', n: 1 });
	call.run(9000);
	expect(call.of('interruptAgent', 'resumeAgent', 'startTurn').slice(1)).toEqual(['4950 startTurn 2 "thank you"']);
});

it('waits a moment for a workflow that ends late, before it takes the next words for an interruption', () => {
	const late = new Scenario({
		onTurn: ({ n }, call) => void call.speaks(call.now + 500, 2000, ANSWER, { n, interruptible: false, endsTurn: false }),
	});
	late.says(0, 1000, 'my calendar please').says(2000, 3000, 'book a dentist');
	late.input(4100, { type: 'turnOver', n: 1 }).run(4200);
	expect(late.of('interruptAgent', 'startTurn', 'setState').slice(2)).toEqual([
		'1350 startTurn 1 "my calendar please"',
		'1350 setState thinking',
		'1850 setState speaking',
		'3850 setState hearing',
		'4100 startTurn 2 "book a dentist"',
		'4100 setState thinking',
	]);
});

it('does interrupt a workflow that goes on long after it has stopped speaking', () => {
	const late = new Scenario({
		onTurn: ({ n }, call) => void call.speaks(call.now + 500, 2000, 'One moment.', { n, endsTurn: false }),
	});
	late.says(0, 1000, 'my calendar please').says(5000, 6000, 'book a dentist').run(9000);
	expect(late.of('interruptAgent', 'startTurn').slice(1)).toEqual([
		'5418 interruptAgent callerSpoke 1',
		'6700 startTurn 2 "book a dentist"',
	]);
});

it('lets a pause without any speech end at once: nobody else would', () => {
	const call = asked().run(2000);
	call.input(2100, { type: 'agentPaused', utteranceId: 'u1850', playedSamples: 0 }).run(2200);
	expect(call.of('resumeAgent')).toEqual(['2100 resumeAgent']);
});

it('lets a pause that is told of after the judgement end at once', () => {
	const call = asked().noise(2000, 2100).run(2400);
	expect(call.of('resumeAgent')).toEqual(['2330 resumeAgent']);
	call.input(2410, { type: 'agentPaused', utteranceId: 'u1850', playedSamples: 0 }).run(2500);
	expect(call.of('resumeAgent')).toEqual(['2330 resumeAgent', '2410 resumeAgent']);
});
