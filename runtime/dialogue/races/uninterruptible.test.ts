// Guards against: words lost that were said while the agent could not be interrupted, or an agent that stops all the same.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

/** Sound of the first answer from 1850 to 6850. */
function fixed(options = {}) {
	return new Scenario({
		turnTaking: { interruptions: false },
		onTurn: answering(ANSWER, { interruptible: false }),
		...options,
	}).says(0, 1000, 'my calendar please');
}

it('keeps what was said for the next turn', () => {
	const call = fixed().says(3000, 4000, 'book a dentist').run(6900);
	expect(call.of('interruptAgent', 'ignored', 'startTurn', '[played]').slice(1)).toEqual([
		'6850 [played]',
		'6850 startTurn 2 "book a dentist"',
	]);
	expect(call.turns[1]).toMatchObject({ speechStartAt: 3000, speechEndAt: 4000, declaredAt: 6850 });
});

it('joins several such sayings, and lets media rest between them', () => {
	const call = fixed().says(2500, 3000, 'book a').says(5000, 6000, 'dentist please').run(6900);
	expect(call.of('startTurn', 'restMedia').slice(2)).toEqual([
		'4500 restMedia',
		'6850 startTurn 2 "book a dentist please"',
		'6850 restMedia',
	]);
});

it('waits for the end of a sentence that outlasts the answer', () => {
	const call = fixed().says(6000, 8000, 'book a dentist please').run(9000);
	expect(call.of('startTurn').slice(1)).toEqual(['8350 startTurn 2 "book a dentist please"']);
});

it('forgets signs of listening and noise', () => {
	const call = fixed().says(3000, 3500, 'mm-hmm').noise(5000, 5500).run(20_000);
	expect(call.of('ignored', 'startTurn', 'interruptAgent', 'resumeAgent').slice(1)).toEqual([
		'3730 ignored backchannel',
		'5730 ignored noise',
	]);
});

it('takes no notice of the stop button', () => {
	const call = fixed().input(3000, { type: 'interruptAsked' }).run(6000);
	expect(call.of('interruptAgent')).toEqual([]);
});

it('keeps a single utterance whole where only that one must not be interrupted', () => {
	const call = fixed({ turnTaking: { interruptions: true } }).says(3000, 3500, 'stop').run(20_000);
	expect(call.of('interruptAgent')).toEqual([]);
	expect(call.turns[1]).toMatchObject({ text: 'stop', declaredAt: 6850 });
});

it('has patience with a slow recogniser: nothing is urgent here', () => {
	// Its first turn is declared at 2500, and sounds from 3000 to 8000.
	const call = fixed({ finalAfterMs: 1500 }).says(3000, 4000, 'book a dentist').run(9000);
	expect(call.turns[1]).toMatchObject({ text: 'book a dentist', declaredAt: 8000 });
});
