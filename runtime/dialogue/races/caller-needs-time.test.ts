// Guards against: a telephone number that is cut off between its digits, and a patience that lasts longer than the question for it.
import { Scenario } from '../scenario.fixture';
import { answering } from './answering.fixture';

/** The agent has asked for it, until 1000. */
function asked(callerNeedsTime = true) {
	return new Scenario({ onTurn: answering('Thank you.', { after: 300, ms: 800 }) })
		.input(0, { type: 'agentText', utteranceId: 'g', text: 'What is your number?' })
		.input(10, { type: 'agentUtteranceStarted', utteranceId: 'g', interruptible: true, callerNeedsTime })
		.input(1000, { type: 'agentUtterancePlayed', utteranceId: 'g', playedSamples: 16_000, complete: true });
}

it('waits through the pauses of what is said with pauses', () => {
	const call = asked().says(1500, 2500, 'my number is').says(3700, 4700, 'five five five').says(6000, 7000, 'one two three').run(12_000);
	expect(call.turns.map(({ text }) => text)).toEqual(['my number is five five five one two three']);
});

it('is cut off in them where nothing says that they come', () => {
	const call = asked(false).says(1500, 2500, 'my number is').says(3700, 4700, 'five five five').says(6000, 7000, 'one two three').run(12_000);
	expect(call.turns.length).toBeGreaterThan(1);
});

it('ends all the same, and the next turn is waited for as ever', () => {
	const call = asked().says(1500, 2500, 'five five five').says(8000, 9000, 'book a dentist').run(14_000);
	const [number, next] = call.turns;
	expect(number?.declaredAt).toBeGreaterThanOrEqual(2500 + 1500);
	expect(next?.declaredAt).toBe(9700);
});
