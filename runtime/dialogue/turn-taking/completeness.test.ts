// Guards against: callers cut off in mid-sentence, and callers who wait after they have said all.
import { completeness } from './completeness';

function kind(text: string, asked = false): string {
	return completeness(text, asked).kind;
}

it.each([
	...['yes', 'no', 'okay', 'yes please', 'no thank you', 'yes that is correct', "no that's wrong"],
	...['okay do it', 'sure go ahead', 'stop', 'hold on', 'never mind', 'hello', 'goodbye', 'thank you very much'],
	...['book a dentist appointment tomorrow at three p m', 'no make it four p m', 'Book it at 3 pm', 'book it at 9am', 'book it at nine am', 'move it to 15:30'],
	...['schedule a call on friday at noon', 'book dinner tomorrow at seven in the evening', 'set a call at two p m on wednesday'],
	...['What is on my calendar?', 'Book a dentist.', 'He said "no."', 'yes it is', 'how are you'],
])('takes "%s" for all of it', (text) => {
	expect(kind(text)).toBe('complete');
});

it.each([
	...['book a dentist and', 'i would like to', 'on friday at', 'book a', 'with my', 'because', 'um', 'i am', "it's"],
	...['it is at half', 'at quarter past', 'my number is', 'on march', 'on the twenty', 'what about', 'book a dentist,'],
	...['well...', 'I was thinking\u2026', 'five five five', 'my number is five five one two', 'a l i c', 'it is 5 5 1'],
	...['you said that', 'i would like to know whether', 'if it rains tomorrow', 'when the box arrived', 'tell me which'],
])('waits after "%s"', (text) => {
	expect(kind(text)).toBe('unfinished');
});

it.each(['move my haircut to saturday', 'what can you do', 'my name is alice', 'please', 'at ten thirty', 'cancel the call', 'schedule a team meeting at two p m', 'set a call at half past five', 'i will take that', 'if it rains we could go to the zoo'])(
	'leaves "%s" to silence',
	(text) => {
		expect(kind(text)).toBe('open');
	},
);

it('takes a time or a day for an answer only where the agent has asked', () => {
	expect([kind('three p m'), kind('three p m', true)]).toEqual(['open', 'complete']);
	expect([kind('on friday'), kind('on friday', true)]).toEqual(['open', 'complete']);
});

it.each<[string, string]>([
	['quiero hablar con usted a', 'open'],
	['Il me', 'open'],
	['Quiero una mesa.', 'complete'],
	['Quiero una mesa,', 'unfinished'],
	['\u79c1\u306f\u3001', 'unfinished'],
	['0 6 1', 'unfinished'],
	['no', 'open'],
])('of "%s" in another language only the marks and figures count', (text, kind) => {
	expect(completeness(text, false, false).kind).toBe(kind);
});

it('says nothing about silence', () => {
	expect(completeness('  ', false)).toEqual({ kind: 'open', cue: 'silence' });
});
