// Guards against: two answers to one sentence, because its speaker drew breath in the middle.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

/** Declared over at 1700. */
function halfSaid(options = {}) {
	return new Scenario({ onTurn: answering(ANSWER, { after: 3000 }), ...options }).says(0, 1000, 'book a dentist');
}

it('takes the turn back and starts one with all of its words', () => {
	const call = halfSaid().says(2000, 3000, 'tomorrow at three p m').run(4000);
	expect(call.of('startTurn', 'interruptAgent')).toEqual([
		'1700 startTurn 1 "book a dentist"',
		'2285 interruptAgent callerContinued 1',
		'3350 startTurn 2 "book a dentist tomorrow at three p m" (continues 1)',
	]);
	expect(call.turns[1]).toMatchObject({ speechStartAt: 0, speechEndAt: 3000 });
});

it('takes it back again and again', () => {
	const call = halfSaid().says(2000, 2600, 'on friday').says(3600, 4600, 'at three p m').run(6000);
	expect(call.of('startTurn').slice(1)).toEqual([
		'3300 startTurn 2 "book a dentist on friday" (continues 1)',
		'4950 startTurn 3 "book a dentist on friday at three p m" (continues 2)',
	]);
});

it('gives way to something new where too much time has passed, without joining', () => {
	const call = halfSaid().says(2600, 3600, 'cancel that please').run(6000);
	expect(call.of('startTurn', 'interruptAgent').slice(1)).toEqual([
		'3018 interruptAgent callerSpoke 1',
		'3950 startTurn 2 "cancel that please"',
	]);
	expect(call.turns[1]?.continues).toBe(undefined);
});

it('does not join once a tool has run: its doing must not be asked for twice', () => {
	const call = halfSaid().input(1900, { type: 'turnHasRunTools', n: 1, tool: 'book' });
	call.says(2000, 3000, 'no make it friday please').run(4000);
	expect(call.of('startTurn', 'interruptAgent').slice(1)).toEqual([
		'2285 interruptAgent callerSpoke 1',
		'3350 startTurn 2 "no make it friday please"',
	]);
});

it('joins even where the first sound comes while the caller already goes on', () => {
	const call = halfSaid({ onTurn: answering(ANSWER, { after: 400 }) }).says(1950, 3000, 'on friday please').run(2500);
	expect(call.of('startTurn', 'interruptAgent').slice(1)).toEqual(['2385 interruptAgent callerContinued 1']);
});

it('joins what is said over the first second of the answer', () => {
	const call = halfSaid({ onTurn: answering(ANSWER, { after: 200 }) }).says(2800, 3600, 'on friday please').run(4000);
	expect(call.of('interruptAgent', 'startTurn').slice(1)).toEqual([
		'3152 interruptAgent callerContinued 1',
		'3950 startTurn 2 "book a dentist on friday please" (continues 1)',
	]);
});

it('does not join what is said when more of the answer was heard', () => {
	const call = halfSaid({ onTurn: answering(ANSWER, { after: 200 }) }).says(3000, 3800, 'on friday please').run(4500);
	expect(call.of('interruptAgent')).toEqual(['3352 interruptAgent callerSpoke 1']);
});

it('does not join what answers a short question that was heard to its end', () => {
	const call = halfSaid({ onTurn: answering('Which day?', { after: 200, ms: 600 }) }).says(2600, 3200, 'on friday please').run(4500);
	expect(call.turns[1]).toMatchObject({ text: 'on friday please', continues: undefined });
});

it('does not join what is said over the answer of a tool', () => {
	const call = halfSaid({ onTurn: answering(ANSWER, { after: 400 }) }).input(1800, { type: 'turnHasRunTools', n: 1, tool: 'book' });
	call.says(2300, 3100, 'on friday please').run(4000);
	expect(call.of('interruptAgent')).toEqual(['2652 interruptAgent callerSpoke 1']);
});

it('lets a sign of listening pass while it thinks', () => {
	const call = halfSaid().says(2000, 2400, 'okay').run(4000);
	expect(call.of('startTurn', 'interruptAgent', 'ignored').slice(1)).toEqual(['2630 ignored backchannel']);
	expect(call.conversation.phase).toBe('thinking');
});

it('loses no word when the continuation turns out to be nothing', () => {
	const call = halfSaid().noise(2000, 2600);
	call.input(2400, { type: 'partial', text: 'tuesday' }).run(6000);
	expect(call.of('startTurn', 'interruptAgent').slice(1)).toEqual([
		'2400 interruptAgent callerContinued 1',
		'3300 startTurn 2 "book a dentist" (continues 1)',
	]);
});

it('may take a turn back where interruptions are off: nothing was heard of it', () => {
	const call = halfSaid({ turnTaking: { interruptions: false } }).says(2000, 3000, 'on friday please').run(4000);
	expect(call.turns[1]).toMatchObject({ text: 'book a dentist on friday please', continues: 1 });
});

it('leaves the words of both to the node where nothing was recognised', () => {
	const call = halfSaid({ lookAhead: false }).says(2000, 3000, 'x').run(4000);
	expect(call.turns[1]).toMatchObject({ text: '', recognised: false, speechStartAt: 0, continues: 1 });
});
