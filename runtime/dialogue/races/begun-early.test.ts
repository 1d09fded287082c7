// Guards against: work that is begun too early to be of use, that is not taken back when the caller goes on, or that changes when a turn ends.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

const EARLY = ['beginEarly', 'withdrawEarly', 'startTurn', 'interruptAgent', 'endSession'];

/** Its last word ends at 1000, and its end is told at 1200. */
function halfSaid(options = {}): Scenario {
	return new Scenario({ speculation: true, ...options }).says(0, 1000, 'book a dentist');
}

it('begins as soon as the text stands, and counts when the turn ends where it would have ended anyway', () => {
	expect(halfSaid().run(5000).of(...EARLY)).toEqual(['1230 beginEarly 1 "book a dentist"', '1700 startTurn 1 "book a dentist" (begun early as 1)']);
});

it('tells the turn as it will be', () => {
	const call = halfSaid({ judge: () => 0.9 }).run(5000);
	const [early] = call.effects.flatMap(({ effect }) => (effect.type === 'beginEarly' ? [effect] : []));
	expect(early).toMatchObject({ n: 1, text: 'book a dentist', understood: true, recognised: true, speechStartAt: 0, speechEndAt: 1000 });
	expect(call.turns[0]).toMatchObject({ n: 1, declaredAt: 1810, probability: 0.9 });
});

/** When the turn ended, the answer being audible so long after it was begun at 1230. */
function endsAt(readyAfterMs: number, options = {}): number | undefined {
	return halfSaid({ readyAfterMs, ...options }).run(5000).turns[0]?.declaredAt;
}

it('the end waits for the first sound, which costs nothing, and no longer than the longest wait', () => {
	expect([0, 100, 400, 470].map((ms) => endsAt(ms))).toEqual([1700, 1700, 1700, 1700]);
	expect([500, 800, 1200].map((ms) => endsAt(ms))).toEqual([1730, 2030, 2430]);
	expect([1300, Number.POSITIVE_INFINITY].map((ms) => endsAt(ms))).toEqual([2500, 2500]);
	expect(endsAt(800, { turnTaking: { maxSilenceMs: 900 } })).toBe(1900);
	expect(endsAt(800, { speculation: false })).toBe(1700);
});

it('who goes on while the answer is made is not cut off', () => {
	const goesOn = (readyAfterMs: number) => halfSaid({ readyAfterMs }).says(1900, 2900, 'tomorrow at three p m').run(6000).turns.map(({ text }) => text);
	expect(goesOn(0)).toEqual(['book a dentist', 'book a dentist tomorrow at three p m']);
	expect(goesOn(900)).toEqual(['book a dentist tomorrow at three p m']);
});

it('an answer that was withdrawn is not waited for', () => {
	const call = halfSaid({ readyAfterMs: 2000 }).says(1400, 2400, 'tomorrow at three p m').run(6000);
	expect(call.turns).toMatchObject([{ text: 'book a dentist tomorrow at three p m', declaredAt: 3900, speculation: 2 }]);
});

it('never begins unless it is asked to', () => {
	expect(halfSaid({ speculation: false }).run(5000).of(...EARLY)).toEqual(['1700 startTurn 1 "book a dentist"']);
});

it('is withdrawn with the first new word, and the whole text begins anew', () => {
	const call = halfSaid().says(1400, 2400, 'tomorrow at three p m').run(6000);
	expect(call.of(...EARLY)).toEqual([
		'1230 beginEarly 1 "book a dentist"',
		'1685 withdrawEarly 1',
		'2630 beginEarly 2 "book a dentist tomorrow at three p m"',
		'2750 startTurn 1 "book a dentist tomorrow at three p m" (begun early as 2)',
	]);
});

it('outlives a sound without a word', () => {
	const call = halfSaid().noise(1400, 1500).run(6000);
	expect(call.of(...EARLY)).toEqual(['1230 beginEarly 1 "book a dentist"', '2200 startTurn 1 "book a dentist" (begun early as 1)']);
});

it('waits where the text promises more, until that has lasted as long as an ordinary end', () => {
	const call = new Scenario({ speculation: true }).says(0, 1000, 'book a dentist on').run(6000);
	expect(call.of(...EARLY)).toEqual(['1700 beginEarly 1 "book a dentist on"', '2300 startTurn 1 "book a dentist on" (begun early as 1)']);
});

it('begins, too, where none of the wait is left: who goes on while the answer is made is not cut off', () => {
	const sure = (options = {}) => new Scenario({ speculation: true, finalAfterMs: 400, ...options }).says(0, 1000, 'yes').run(4000).of(...EARLY);
	expect(sure()).toEqual(['1600 beginEarly 1 "yes"', '1600 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ readyAfterMs: 300 })).toEqual(['1600 beginEarly 1 "yes"', '1900 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ readyAfterMs: 3000 })).toEqual(['1600 beginEarly 1 "yes"', '2500 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ speculation: false })).toEqual(['1600 startTurn 1 "yes"']);
	const call = new Scenario({ speculation: true, finalAfterMs: 400, readyAfterMs: 500 }).says(0, 1000, 'yes').says(1800, 2800, 'tomorrow').run(6000);
	expect(call.turns.map(({ text }) => text)).toEqual(['yes tomorrow']);
});

it('begins at most three times a turn, and again in the next', () => {
	const call = new Scenario({ speculation: true, onTurn: answering(ANSWER, { after: 100 }) });
	['good', 'morning', 'dear', 'kind', 'people'].forEach((word, index) => call.says(index * 1000, index * 1000 + 500, word));
	call.says(12_000, 13_000, 'good morning everybody').run(20_000);
	expect(call.of('beginEarly').map((line) => line.split(' ')[2])).toEqual(['1', '2', '3', '4']);
	expect(call.turns.map(({ speculation }) => speculation)).toEqual([undefined, 4]);
});

it.each([
	['the caller hangs up', (call: Scenario) => call.input(1400, { type: 'hangup', reason: 'gone' }), ['1400 withdrawEarly 1', '1400 endSession gone']],
	['the recogniser is lost', (call: Scenario) => call.input(1400, { type: 'recognition', available: false, partials: false }), ['1400 withdrawEarly 1', '1700 startTurn 1 ""']],
	['a word may have been lost on the way', (call: Scenario) => call.input(1300, { type: 'soundMissing' }).input(1500, { type: 'soundBack', missedMs: 180 }), ['1500 withdrawEarly 1', '2680 startTurn 1 "book a dentist"']],
	['the caller cannot be reached', (call: Scenario) => call.input(1400, { type: 'callerAbsent' }).input(3000, { type: 'connected' }), ['1400 withdrawEarly 1', '3000 beginEarly 2 "book a dentist"', '3700 startTurn 1 "book a dentist" (begun early as 2)']],
	['the agent says something', (call: Scenario) => call.speaks(1400, 3000, 'Hello.'), ['1400 withdrawEarly 1']],
] as const)('is withdrawn where %s', (_, happens, then) => {
	const call = happens(halfSaid()).run(4000);
	expect(call.of(...EARLY).slice(1, 1 + then.length)).toEqual(then);
});

it('is not begun for what was not understood, nor without a recogniser', () => {
	expect(new Scenario({ speculation: true }).says(0, 1000, 'blah blah', { unclear: true }).run(5000).of('beginEarly')).toEqual([]);
	expect(new Scenario({ speculation: true, lookAhead: false }).says(0, 1000, 'book a dentist').run(5000).of('beginEarly')).toEqual([]);
});

it('a turn that is taken back when its answer begins is joined as ever', () => {
	const call = halfSaid({ onTurn: answering(ANSWER, { after: 3000 }) }).says(2000, 3000, 'tomorrow at three p m').run(4000);
	expect(call.of(...EARLY)).toEqual([
		'1230 beginEarly 1 "book a dentist"',
		'1700 startTurn 1 "book a dentist" (begun early as 1)',
		'2285 interruptAgent callerContinued 1',
		'3230 beginEarly 2 "book a dentist tomorrow at three p m"',
		'3350 startTurn 2 "book a dentist tomorrow at three p m" (continues 1) (begun early as 2)',
	]);
});
