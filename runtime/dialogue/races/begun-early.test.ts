// Guards against: work that is begun too early to be of use, that is not taken back when the caller goes on, or that changes when a turn ends.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

const EARLY = ['beginEarly', 'withdrawEarly', 'startTurn', 'interruptAgent', 'endSession'];

/** Its last word ends at 1000, and its end is told at 1200. */
function halfSaid(options = {}): Scenario {
	return new Scenario({ speculation: 'end', ...options }).says(0, 1000, 'book a dentist');
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
	expect(endsAt(800, { speculation: 'never' })).toBe(1700);
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
	expect(halfSaid({ speculation: 'never' }).run(5000).of(...EARLY)).toEqual(['1700 startTurn 1 "book a dentist"']);
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
	const call = new Scenario({ speculation: 'end' }).says(0, 1000, 'book a dentist on').run(6000);
	expect(call.of(...EARLY)).toEqual(['1700 beginEarly 1 "book a dentist on"', '2300 startTurn 1 "book a dentist on" (begun early as 1)']);
});

it('begins, too, where none of the wait is left: who goes on while the answer is made is not cut off', () => {
	const sure = (options = {}) => new Scenario({ speculation: 'end', finalAfterMs: 400, ...options }).says(0, 1000, 'yes').run(4000).of(...EARLY);
	expect(sure()).toEqual(['1600 beginEarly 1 "yes"', '1600 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ readyAfterMs: 300 })).toEqual(['1600 beginEarly 1 "yes"', '1900 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ readyAfterMs: 3000 })).toEqual(['1600 beginEarly 1 "yes"', '2500 startTurn 1 "yes" (begun early as 1)']);
	expect(sure({ speculation: 'never' })).toEqual(['1600 startTurn 1 "yes"']);
	const call = new Scenario({ speculation: 'end', finalAfterMs: 400, readyAfterMs: 500 }).says(0, 1000, 'yes').says(1800, 2800, 'tomorrow').run(6000);
	expect(call.turns.map(({ text }) => text)).toEqual(['yes tomorrow']);
});

it('begins at most three times a turn, and again in the next', () => {
	const call = new Scenario({ speculation: 'end', onTurn: answering(ANSWER, { after: 100 }) });
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
	expect(new Scenario({ speculation: 'end' }).says(0, 1000, 'blah blah', { unclear: true }).run(5000).of('beginEarly')).toEqual([]);
	expect(new Scenario({ speculation: 'end', lookAhead: false }).says(0, 1000, 'book a dentist').run(5000).of('beginEarly')).toEqual([]);
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

describe('in a short pause, where that is asked for', () => {
	const inPause = (options = {}) => halfSaid({ speculation: 'pause', ...options });

	it('begins before the end of the speech is told, with the text so far', () => {
		const call = inPause().run(5000);
		expect(call.of('requestSoFar', 'requestFinal', ...EARLY)).toEqual([
			'1096 requestSoFar pause-1',
			'1126 beginEarly 1 "book a dentist"',
			'1200 requestFinal final-1',
			'1700 startTurn 1 "book a dentist" (begun early as 1)',
		]);
		expect(call.effects.flatMap(({ effect }) => (effect.type === 'beginEarly' ? [effect] : []))).toMatchObject([{ n: 1, speechEndAt: 1000, finalAt: 1126 }]);
	});

	it('goes on with a final text that differs in marks and capitals alone', () => {
		expect(inPause({ soFar: (said: string) => `${said[0]?.toUpperCase()}${said.slice(1)}.` }).run(5000).of(...EARLY)).toEqual([
			'1126 beginEarly 1 "Book a dentist."',
			'1700 startTurn 1 "book a dentist" (begun early as 1)',
		]);
	});

	it('begins anew where the final text has another word', () => {
		expect(inPause({ soFar: () => 'book a dent' }).run(5000).of(...EARLY).slice(-3)).toEqual([
			'1230 withdrawEarly 1',
			'1230 beginEarly 2 "book a dentist"',
			'1700 startTurn 1 "book a dentist" (begun early as 2)',
		]);
	});

	it('is withdrawn with the first new word, and leaves one for the end of the speech', () => {
		const call = new Scenario({ speculation: 'pause' }).says(0, 4000, 'book a dentist tomorrow at three p m please');
		for (const at of [1200, 2200, 3200]) call.input(at, { type: 'callerPaused', speechEndAt: at - 96 }).input(at + 64, { type: 'callerWentOn' });
		expect(call.run(9000).of('requestSoFar', ...EARLY)).toEqual([
			'1200 requestSoFar pause-1',
			'2200 requestSoFar pause-2',
			'2230 beginEarly 1 "book a dentist tomorrow"',
			'2307 withdrawEarly 1',
			'3200 requestSoFar pause-3',
			'3230 beginEarly 2 "book a dentist tomorrow at three p"',
			'3641 withdrawEarly 2',
			'4230 beginEarly 3 "book a dentist tomorrow at three p m please"',
			'4350 startTurn 1 "book a dentist tomorrow at three p m please" (begun early as 3)',
		]);
	});

	it.each([
		['comes when the caller has gone on', 80],
		['never comes', Number.POSITIVE_INFINITY],
	])('is nothing where the text %s', (_, soFarAfterMs) => {
		const call = new Scenario({ speculation: 'pause', soFarAfterMs }).says(0, 2000, 'book a dentist please');
		call.input(1200, { type: 'callerPaused', speechEndAt: 1104 }).input(1264, { type: 'callerWentOn' });
		expect(call.run(2090).of(...EARLY)).toEqual([]);
	});

	it('begins, too, with a text that is slower than the end of the speech is told', () => {
		expect(inPause({ soFarAfterMs: 130, finalAfterMs: 130 }).run(5000).of(...EARLY)[0]).toBe('1226 beginEarly 1 "book a dentist"');
	});

	it('waits for the end of the speech where the text promises more, or a word may have been lost', () => {
		expect(new Scenario({ speculation: 'pause' }).says(0, 1000, 'book a dentist on').run(6000).of('beginEarly')).toEqual(['1700 beginEarly 1 "book a dentist on"']);
		const lost = inPause().input(500, { type: 'soundMissing' }).input(700, { type: 'soundBack', missedMs: 200 });
		expect(lost.run(5000).of('beginEarly')).toEqual([]);
	});

	it('asks for nothing while the agent speaks or thinks', () => {
		expect(new Scenario({ speculation: 'pause' }).speaks(0, 5000, 'A long story.').says(1000, 1400, 'yeah').run(1600).of('requestSoFar')).toEqual([]);
	});
});
