// Guards against: a judgement of the sound that comes too late, or for speech that has gone on, and one that is waited for.
import { Scenario } from '../scenario.fixture';

const said = 'move my haircut to saturday';

it('ends the turn as soon as the sound says so, and says why', () => {
	const call = new Scenario({ judge: () => 0.98 }).says(0, 2000, said).run(9000);
	expect(call.turns[0]).toMatchObject({ declaredAt: 2260, probability: 0.98, reason: 'complete: the sound says 98 %' });
});

it('waits longer where the sound goes on', () => {
	const call = new Scenario({ judge: () => 0.05 }).says(0, 2000, said).run(9000);
	expect(call.turns[0]).toMatchObject({ declaredAt: 3500, probability: 0.05 });
});

it.each([[undefined], [3000]])('does not wait for an answer (comes after %s ms)', (judgedAfterMs) => {
	const options = judgedAfterMs === undefined ? {} : { judge: () => 0.05, judgedAfterMs };
	const call = new Scenario(options).says(0, 2000, said).run(9000);
	expect(call.turns).toHaveLength(1);
	expect(call.turns[0]).toMatchObject({ declaredAt: 2700, reason: 'open: silence' });
	expect(call.turns[0]?.probability).toBeUndefined();
});

it('an answer to an earlier pause says nothing of what has been said since', () => {
	const judge = (text: string): number => (text.endsWith('haircut') ? 0.99 : 0.05);
	const call = new Scenario({ judge, judgedAfterMs: 900 }).says(0, 1000, 'move my haircut').says(1250, 2000, 'to saturday').run(9000);
	expect(call.of('judgeTurnEnd')).toEqual(['1200 judgeTurnEnd end-1', '2200 judgeTurnEnd end-2']);
	expect(call.turns).toHaveLength(1);
	expect(call.turns[0]).toMatchObject({ text: 'move my haircut to saturday', declaredAt: 2700 });
});

it('nobody is asked where the audio judge is off', () => {
	const call = new Scenario({ turnTaking: { audioJudge: 'off' }, judge: () => 0.99 }).says(0, 2000, said).run(9000);
	expect(call.of('judgeTurnEnd')).toEqual([]);
	expect(call.turns[0]?.declaredAt).toBe(2700);
});

it('decides for a caller whom nothing recognises', () => {
	const call = new Scenario({ lookAhead: false, judge: () => 0.99 }).says(0, 2000, said).run(9000);
	expect(call.turns[0]).toMatchObject({ declaredAt: 2260, recognised: false });
});

describe('a booking that needs a day', () => {
	const tools = [{ tool: 'book_appointment', looksUp: false, verbs: ['schedule'], needs: ['day', 'time'] as const }];
	const meeting = () =>
		new Scenario().input(10, { type: 'toolsOffered', tools }).says(100, 3000, 'schedule a team meeting at two p m');

	it('is one turn with the day that comes after 800 ms, and ends sooner with it', () => {
		const call = meeting().says(3800, 4800, 'on wednesday').run(9000);
		expect(call.turns.map(({ text, declaredAt }) => [text, declaredAt])).toEqual([['schedule a team meeting at two p m on wednesday', 5050]]);
		expect(call.turns[0]?.reason).toMatch(/all that book_appointment needs/);
	});

	it('is waited for longer, but not for ever', () => {
		expect(meeting().run(9000).turns[0]).toMatchObject({ declaredAt: 4100, reason: 'unfinished: book_appointment needs the day' });
	});
});

describe('the shortest answers', () => {
	const question = { type: 'agentText' as const, utteranceId: 'g', text: 'At what time?' };
	const asked = () =>
		new Scenario()
			.input(0, question)
			.input(10, { type: 'agentUtteranceStarted', utteranceId: 'g', interruptible: true })
			.input(1000, { type: 'agentUtterancePlayed', utteranceId: 'g', playedSamples: 0, complete: true });

	it.each([190, 250, 380])('of %i ms that were not understood are asked for again', (ms) => {
		const call = asked().says(2000, 2000 + ms, 'noon', { unclear: true }).run(9000);
		expect(call.turns).toHaveLength(1);
		expect(call.turns[0]?.understood).toBe(false);
	});

	it('is no answer where nobody asked', () => {
		expect(new Scenario().says(2000, 2380, 'noon', { unclear: true }).run(9000).turns).toEqual([]);
	});

	it('count over the end of the question', () => {
		const call = new Scenario().speaks(0, 3000, 'At what time?', { endsTurn: false }).says(2700, 2900, 'noon').run(9000);
		expect(call.of('ignored')).toEqual([]);
		expect(call.turns.map(({ text }) => text)).toEqual(['noon']);
	});
});
