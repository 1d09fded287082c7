// Guards against: a strategy that is not heard, a full stop of Whisper's that cuts a caller off, and a booking that is waited for though all is said.
import { turnTakingSettings } from '../../contract/agent-settings';
import { judgeEndOfTurn } from './judge-end-of-turn';
import { bySound, byText, byTools, type EndOfTurnAsk } from './strategies';
import { needsOf } from './tool-needs';

const tools = needsOf([{ name: 'book_appointment', parameters: { type: 'object', properties: { date: { type: 'string' }, time: { type: 'string' } }, required: ['date', 'time'] } }]);

const lists = needsOf([{ name: 'list_appointments', parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] } }]);

function ask(text: string, more: Partial<EndOfTurnAsk> = {}): EndOfTurnAsk {
	return { text, silenceMs: 0, settings: turnTakingSettings.parse({}), agentAskedAQuestion: false, ...more };
}
function wait(text: string, more: Partial<EndOfTurnAsk> = {}): number {
	return judgeEndOfTurn(ask(text, more)).waitMs;
}

it('each gives its reason, or nothing', () => {
	expect(bySound(ask('', { probability: 0.97 }))).toMatchObject({ strategy: 'audio', cue: 'the sound says 97 %' });
	expect(bySound(ask(''))).toBeUndefined();
	expect(byText(ask('book a'))).toMatchObject({ strategy: 'text', cue: 'ends in "a"' });
	expect(byText(ask('move my haircut'))).toBeUndefined();
	expect(byTools(ask('book a dentist at two p m', { tools }))).toMatchObject({ strategy: 'tools', cue: 'book_appointment needs the day' });
	expect(byTools(ask('what is it', { tools }))).toBeUndefined();
});

it('the sound ends ordinary text sooner, or later, and the shortest and longest wait are those that are set', () => {
	expect(wait('move my haircut to saturday')).toBe(700);
	expect(wait('move my haircut to saturday', { probability: 0.99 })).toBe(250);
	expect(wait('move my haircut to saturday', { probability: 0.01 })).toBe(1500);
	const settings = turnTakingSettings.parse({ minSilenceMs: 400, endSilenceMs: 800, maxSilenceMs: 3000 });
	expect(wait('move my haircut', { probability: 0.99, settings })).toBe(400);
	expect(wait('move my haircut', { probability: 0.01, settings })).toBe(3000);
});

it('is monotonic in the probability, whatever the text', () => {
	for (const text of ['', 'yes', 'book a', 'move my haircut', 'Book it.']) {
		const waits = [0, 0.2, 0.5, 0.8, 0.9, 0.95, 1].map((probability) => wait(text, { probability }));
		expect(waits).toEqual([...waits].sort((a, b) => b - a));
	}
});

it('the full stop of a recogniser of whole utterances is a weak cue, which the sound overrules', () => {
	const whisper = { marksAreWeak: true };
	expect(wait('I would like to see the manager.', whisper)).toBeGreaterThan(600);
	expect(wait('I would like to see the manager.', { ...whisper, probability: 0.3 })).toBeGreaterThan(1200);
	expect(wait('I would like to see the manager.', { ...whisper, probability: 0.98 })).toBeLessThan(350);
	expect(wait('I would like to see the', { ...whisper, probability: 0.98 })).toBeGreaterThan(700);
	expect(wait('The conference cannot', whisper)).toBeGreaterThan(700);
	// A text without any marks is that of a server that sets none.
	expect(wait('the conference is over', whisper)).toBe(700);
});

it('without words the sound and the time decide', () => {
	expect(wait('', { probability: 0.98 })).toBeLessThan(350);
	expect(wait('', { probability: 0.1 })).toBe(1500);
	expect(wait('')).toBe(700);
});

it('after a farewell or thanks the shortest wait is enough; after "please" there may be more', () => {
	expect(['thank you', 'no that is all thanks', 'goodbye'].map((text) => wait(text))).toEqual([250, 250, 250]);
	expect(['yes please', 'yes'].map((text) => wait(text))).toEqual([350, 350]);
});

it('what the offered tools still need is waited for, and nothing else', () => {
	expect(wait('schedule a team meeting at two p m')).toBe(700);
	expect(wait('schedule a team meeting at two p m', { tools })).toBeGreaterThan(1000);
	expect(wait('schedule a team meeting at two p m', { tools, probability: 0.999 })).toBeGreaterThanOrEqual(700);
	expect(wait('schedule a team meeting at two p m on wednesday', { tools })).toBeLessThanOrEqual(350);
	expect(wait('what do i have on friday', { tools })).toBe(700);
	// What is only looked up may be asked for too early.
	expect(wait('what do i have on friday', { tools: [...tools, ...lists] })).toBe(250);
	expect(wait('what do i have', { tools: lists })).toBe(700);
	expect(wait('what do i have on friday at', { tools: lists })).toBeGreaterThanOrEqual(700);
});

it('lost packets are waited for, whatever else is said', () => {
	expect(wait('yes', { probability: 1, wordsMayBeMissing: true })).toBe(1500);
});
