// Guards against: an agent that talks on over its caller because the recogniser tells no word while the caller speaks.
import { Scenario } from '../scenario.fixture';
import { ANSWER, answering } from './answering.fixture';

/** As a server's or a local Whisper's: the text comes `finalAfterMs` after the silence. First turn: sound from about 2000 on. */
function inAnswer(finalAfterMs: number, options = {}) {
	const answer = answering(ANSWER, { ms: 20_000 });
	return new Scenario({ onTurn: answer, partials: false, finalAfterMs, ...options }).says(0, 1000, 'my calendar please');
}

const FLOOR = ['interruptAgent', 'resumeAgent', 'ignored'];

const LENGTHS_MS = [1100, 1500, 2000, 2500, 4000];
const SERVERS_MS = [300, 800, 1500];
const INTERRUPTIONS = LENGTHS_MS.flatMap((speechMs) => SERVERS_MS.map((finalMs) => [speechMs, finalMs] as const));

it.each(INTERRUPTIONS)('gives way after a second of an interruption of %i ms, whose text comes after %i ms', (speechMs, finalMs) => {
	const call = inAnswer(finalMs).says(5000, 5000 + speechMs, 'no i mean on tuesday please').run(20_000);
	expect(call.of(...FLOOR)).toEqual(['6000 interruptAgent callerSpoke 1']);
	expect(call.turns.map(({ text }) => text)).toEqual(['my calendar please', 'no i mean on tuesday please']);
});

it.each(SERVERS_MS)('a sign of listening does not stop it, nor lose a sample of the answer (text after %i ms)', (finalMs) => {
	const call = inAnswer(finalMs).says(5000, 5300, 'mhm').run(40_000);
	expect(call.of('interruptAgent')).toEqual([]);
	expect(call.of('ignored')).toEqual([`${5500 + finalMs} ignored backchannel`]);
	// It goes on by the text, or where that is late a second after the silence.
	expect(call.of('resumeAgent')).toEqual([`${5500 + Math.min(finalMs, 1000)} resumeAgent`]);
	expect(call.of('[played]')).toHaveLength(1);
	expect(call.turns).toHaveLength(1);
});

it('a short interruption is judged by its text while the agent waits, and by its time where the text is late', () => {
	const call = inAnswer(800).says(5000, 5600, 'on tuesday please').run(20_000);
	expect(call.of(...FLOOR)).toEqual(['6600 interruptAgent callerSpoke 1']);
	const late = inAnswer(1500).says(5000, 5600, 'on tuesday please').run(20_000);
	expect(late.of(...FLOOR)).toEqual(['6800 interruptAgent callerSpoke 1']);
	expect(late.turns[1]).toMatchObject({ text: 'on tuesday please' });
});

it('a longer sign of listening is told apart by its text', () => {
	const call = inAnswer(800).says(5000, 5800, 'yeah okay right').run(20_000);
	expect(call.of(...FLOOR)).toEqual(['6800 ignored backchannel', '6800 resumeAgent']);
});

it('an answer that may not be interrupted is not', () => {
	const call = inAnswer(300, { onTurn: answering(ANSWER, { ms: 20_000, interruptible: false }) }).says(5000, 8000, 'on tuesday please').run(15_000);
	expect(call.of('interruptAgent')).toEqual([]);
});

it('the longer time that is set counts', () => {
	const call = inAnswer(300, { turnTaking: { minInterruptionMs: 1500 } }).says(5000, 8000, 'on tuesday please').run(20_000);
	expect(call.of('interruptAgent')).toEqual(['6500 interruptAgent callerSpoke 1']);
});

describe('another recogniser takes over in the middle of the call', () => {
	it('that tells no words while one speaks: from there on time decides, also of what is being said', () => {
		const call = inAnswer(300, { partials: true }).input(6500, { type: 'recognition', available: true, partials: false }).noise(5000, 9000).run(9000);
		expect(call.of(...FLOOR)).toEqual(['6500 interruptAgent callerSpoke 1']);
	});

	it('even where the speech had been taken for wordless', () => {
		const call = inAnswer(300, { partials: true }).input(8000, { type: 'recognition', available: true, partials: false }).noise(5000, 9000).run(9000);
		expect(call.of(...FLOOR)).toEqual(['7000 resumeAgent', '8000 interruptAgent callerSpoke 1']);
	});

	it('that tells them: words decide again', () => {
		const call = inAnswer(30).input(4000, { type: 'recognition', available: true, partials: true }).noise(5000, 9000).run(9000);
		expect(call.of(...FLOOR)).toEqual(['7000 resumeAgent']);
	});
});

it('before the recogniser is ready, time decides', () => {
	const call = new Scenario({ partials: false }).speaks(0, 5000, 'Welcome to the agency.').noise(500, 3000).run(2000);
	expect(call.of('interruptAgent')).toEqual(['1500 interruptAgent callerSpoke']);
});
