// Guards against: a caller who is not heard while a tool runs, or whose "okay" to its filler cancels the turn.
import { Scenario } from '../scenario.fixture';
import type { StartTurn } from '../conversation-events';

/** Turn at 1350; filler from 1400 to 2400, tool until 6000, answer from 6100. */
function withTool({ n }: StartTurn, call: Scenario): void {
	call
		.input(call.now + 40, { type: 'turnHasRunTools', n, tool: 'list' })
		.speaks(call.now + 50, 1000, 'One moment, please.', { n, endsTurn: false })
		.input(call.now + 4650, { type: 'turnToolsDone', n })
		.speaks(call.now + 4750, 2000, 'You are free.', { n });
}

function asked() {
	return new Scenario({ onTurn: withTool }).says(0, 1000, 'my calendar please');
}

it('shows the tool between filler and answer', () => {
	const call = asked().run(9000);
	expect(call.of('setState').slice(2)).toEqual([
		'1350 setState thinking',
		'1390 setState tool list',
		'1400 setState speaking',
		'2400 setState tool list',
		'6000 setState thinking',
		'6100 setState speaking',
		'8100 setState listening',
	]);
});

it('gives way to something new and starts a turn of its own; the late answer is not played', () => {
	const call = asked().says(3000, 4000, 'no friday please').run(9000);
	expect(call.of('interruptAgent', 'startTurn').slice(1)).toEqual([
		'3418 interruptAgent callerSpoke 1',
		'4350 startTurn 2 "no friday please"',
	]);
});

it('lets "okay" pass', () => {
	const call = asked().says(3000, 3400, 'okay').run(9000);
	expect(call.of('interruptAgent', 'ignored', '[played]')).toEqual([
		'2400 [played]',
		'3630 ignored backchannel',
		'8100 [played]',
	]);
});

it('disregards what a cancelled turn still reports', () => {
	const call = asked().says(3000, 4000, 'no friday please').run(3500);
	const phase = call.conversation.phase;
	call
		.input(3600, { type: 'agentUtteranceStarted', utteranceId: 'late', n: 1, interruptible: true })
		.input(3610, { type: 'agentPaused', utteranceId: 'late', playedSamples: 10 })
		.input(3620, { type: 'turnHasRunTools', n: 1 })
		.input(3630, { type: 'turnOver', n: 1 })
		.run(3700);
	expect(call.conversation.phase).toBe(phase);
	expect(call.effects.filter(({ at }) => at >= 3600)).toEqual([]);
});
