// Guards against: an agent that talks on over its caller, or falls silent for good because of a cough.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

/** First turn: speech ends at 1000, declared at 1350 ("please"), sound from 1850 to 6850. */
function inAnswer(options = {}) {
	return new Scenario({ onTurn: answering(ANSWER), ...options }).says(0, 1000, 'my calendar please');
}

const FLOOR = ['[paused]', 'interruptAgent', 'resumeAgent', 'ignored', 'startTurn', '[played]'];

it('gives way at the first word that wants an answer, once there is enough speech', () => {
	const call = inAnswer().says(3000, 4000, 'what about tuesday please').run(6000);
	expect(call.of(...FLOOR)).toEqual([
		'1350 startTurn 1 "my calendar please"',
		'3064 [paused]',
		'3335 interruptAgent callerSpoke 1',
		'4350 startTurn 2 "what about tuesday please"',
	]);
});

it('gives way at once to a word that asks for it', () => {
	const options = { turnTaking: { minInterruptionMs: 1000 } };
	const call = inAnswer(options).says(3000, 3200, 'stop').run(6000);
	expect(call.of('interruptAgent')).toEqual(['3285 interruptAgent callerSpoke 1']);
	expect(call.turns[1]).toMatchObject({ text: 'stop' });
});

it.each(['mm-hmm', 'yeah', 'I see', 'okay right', 'Got it'])('goes on where it stopped after "%s"', (text) => {
	const call = inAnswer().says(3000, 3600, text).run(20_000);
	expect(call.of(...FLOOR)).toEqual([
		'1350 startTurn 1 "my calendar please"',
		'3064 [paused]',
		'3830 ignored backchannel',
		'3830 resumeAgent',
		// 766 ms were spent paused, and not a sample of the answer is lost.
		'7616 [played]',
	]);
});

it('takes the same words for an answer where the agent has asked', () => {
	const ask = answering('Shall I book it for three?', { ms: 3000 });
	const call = inAnswer({ onTurn: ask }).says(4000, 4400, 'yeah').run(6000);
	expect(call.of('interruptAgent', 'startTurn')).toEqual([
		'1350 startTurn 1 "my calendar please"',
		'4485 interruptAgent callerSpoke 1',
		'4750 startTurn 2 "yeah"',
	]);
});

it('hears a backchannel that will not end as somebody who wants the floor', () => {
	const call = inAnswer().says(3000, 4300, 'yeah okay right').run(9000);
	expect(call.of('interruptAgent')).toEqual(['4530 interruptAgent callerSpoke 1']);
});

it('goes on after a noise as soon as the recogniser says that there was no word', () => {
	const call = inAnswer().noise(3000, 3300).run(20_000);
	expect(call.of(...FLOOR).slice(2)).toEqual(['3530 ignored noise', '3530 resumeAgent', '7316 [played]']);
});

it('goes on while a noise lasts and has no word in it, and still gives way to words in it', () => {
	const call = inAnswer().noise(3000, 9000).run(5100);
	expect(call.of('resumeAgent')).toEqual(['5000 resumeAgent']);
	expect(call.conversation.phase).toBe('speaking');
	call.input(5200, { type: 'partial', text: 'what about tuesday' }).run(5300);
	expect(call.of('interruptAgent')).toEqual(['5200 interruptAgent callerSpoke 1']);
});

it('takes a word that is too short for a slip', () => {
	const call = inAnswer({ turnTaking: { minInterruptionMs: 400 } }).says(3000, 3200, 'friday').run(20_000);
	expect(call.of('ignored', 'resumeAgent', 'interruptAgent')).toEqual(['3430 ignored tooShort', '3430 resumeAgent']);
});

it('interrupts a greeting, which belongs to no turn', () => {
	const call = new Scenario().speaks(0, 5000, 'Welcome to the agency.').says(1000, 2000, 'book a gym').run(2000);
	expect(call.of('interruptAgent')).toEqual(['1418 interruptAgent callerSpoke']);
});

it('answers although the words turn out to be none after it gave way', () => {
	const call = inAnswer().noise(3000, 3600);
	call.input(3400, { type: 'partial', text: 'tuesday' }).run(9000);
	expect(call.of('interruptAgent', 'startTurn').slice(1)).toEqual([
		'3400 interruptAgent callerSpoke 1',
		'4300 startTurn 2 "" unclear',
	]);
});

it('stops when the page asks, and listens', () => {
	const call = inAnswer().input(3000, { type: 'interruptAsked' }).run(9000);
	expect(call.of('interruptAgent', 'startTurn').slice(1)).toEqual(['3000 interruptAgent asked 1']);
	expect(call.conversation.phase).toBe('listening');
});
