// Guards against: a caller who is asked the same again and again, or for what an earlier turn, an offer or a tool has settled; and a value of
// a bad line that is booked without a question.
import fc from 'fast-check';
import type { AssistantEntry } from '../history/transcript-entry';
import { askBack, type CallSoFar } from './ask-back';
import { asAskBack } from './ask-back-result';
import { callSoFar } from './call-so-far.fixture';

type Turns = Parameters<typeof callSoFar>[0];

const PARAMETERS = { type: 'object', properties: { title: { type: 'string' }, day: { type: 'string' }, time: { type: 'string' } } };
const NINE = { title: 'dentist', day: 'tomorrow', time: '09:00' };

let calls = 0;

function call(given: Record<string, unknown>, name = 'book_appointment') {
	return { id: `c${calls++}`, name, arguments: given };
}

function asked(turns: Turns, given: Record<string, unknown> = NINE, more: Partial<CallSoFar> = {}, name?: string) {
	return askBack(call(given, name), { parameters: PARAMETERS }, callSoFar(turns, more));
}

/** The agent called a tool, which gave this, and said something then. */
function did(result: unknown, says: string, given: Record<string, unknown> = NINE, name?: string): AssistantEntry[] {
	return [{ content: '', calls: [{ ...call(given, name), result: { value: result } }] }, { content: says, calls: [] }];
}

function said(user: string, says: string) {
	return { user, assistant: [{ content: says, calls: [] }] };
}

const BOOK = 'book a dentist tomorrow';
const NOT_SAID = { status: 'not said', what: 'time', inputs: ['time'], note: 'Ask.' };
const UNCLEAR = { ...NOT_SAID, status: 'unclear' };
const ALL = { doubtful: () => true };

describe('is as good as said', () => {
	it.each<[string, Turns]>([
		['in an earlier turn', ['at nine please', 'book a dentist', 'oh, tomorrow']],
		['offered by the agent and accepted', [said(BOOK, 'I have nine or ten. Which one?'), 'the first one']],
		['given by a tool in this turn', [{ user: `${BOOK}, as early as you can`, assistant: did({ free: ['09:00', '10:30'] }, '', { day: 'tomorrow' }, 'list_slots').slice(0, 1) }]],
		['given by a tool in a turn before', [{ user: 'what is free tomorrow', assistant: did('09:00 and 10:30', 'There are two.', {}, 'list_slots') }, 'the first one, for the dentist']],
		['left to the agent', [BOOK, 'whenever you like']],
	])('%s', (_how, turns) => {
		expect(asked(turns)).toBeUndefined();
	});

	it('a default that the instructions state', () => {
		expect(asked([BOOK], NINE, { instructions: 'We are open from 8 to 17. Unless the caller says otherwise, book at 09:00.' })).toBeUndefined();
		expect(asked([BOOK], NINE, { instructions: 'We are open from 8 to 17. We book at 09:00.' })).toMatchObject(NOT_SAID_TIME);
	});

	it('what was heard where another node has put other words in its place', () => {
		expect(asked(['a customer wants a dentist'], NINE, { heard: 'tomorrow at nine' })).toBeUndefined();
	});

	it('"tomorrow" as the day after the one that the instructions state', () => {
		const given = { title: 'dentist', day: '2024-05-02', time: '09:00' };
		expect(asked(['tomorrow at nine'], given, { instructions: 'Today is 2024-05-01.' })).toBeUndefined();
		expect(asked(['tomorrow at nine'], given)).toMatchObject({ what: 'day' });
	});
});

const NOT_SAID_TIME = { status: 'not said', what: 'time', inputs: ['time'] };

describe('is not said', () => {
	it('what the model itself says before it calls', () => {
		expect(asked([{ user: BOOK, assistant: [{ content: 'I will book nine.', calls: [] }] }])).toMatchObject(NOT_SAID_TIME);
	});

	it('what a call that was not run would have done', () => {
		expect(asked([{ user: BOOK, assistant: did(NOT_SAID, '').slice(0, 1) }])).toMatchObject(NOT_SAID_TIME);
	});

	it('names all that is missing at once, and of a date with an hour which part', () => {
		expect(asked(['book a dentist'])).toMatchObject({ what: 'day, time', inputs: ['day', 'time'] });
		const start = { parameters: { type: 'object', properties: { start: { type: 'string', format: 'date-time' } } } };
		expect(askBack(call({ start: '2026-11-29T09:00:00' }), start, callSoFar([BOOK]))).toMatchObject({ what: 'time of start', inputs: ['start'] });
	});
});

describe('is asked', () => {
	it('once: after the question the call goes through as it comes', () => {
		expect(asked([{ user: BOOK, assistant: did(NOT_SAID, 'At what time?') }, 'the usual hour for such things'], NINE)).toBeUndefined();
	});

	it('in one turn as often as the model writes it: nobody has answered meanwhile', () => {
		const twice = [...did(NOT_SAID, '').slice(0, 1), ...did(NOT_SAID, '').slice(0, 1)];
		expect(asked([{ user: BOOK, assistant: twice }])).toMatchObject(NOT_SAID_TIME);
	});

	it('again for another booking', () => {
		const turns = [{ user: BOOK, assistant: did(NOT_SAID, 'At what time?') }, { user: 'at ten', assistant: did({ status: 'booked' }, 'Done.', { ...NINE, time: '10:00' }) }];
		expect(asked([...turns, 'and a haircut'], { title: 'haircut', day: 'tomorrow', time: '16:00' })).toMatchObject(NOT_SAID_TIME);
	});

	it('not anew because of a call that could not be run for another reason', () => {
		const turns = [{ user: BOOK, assistant: did(NOT_SAID, 'At what time?') }, { user: 'hm', assistant: did({ error: 'x', code: 'VOICE_ERR_TOOL_LIMIT' }, 'Sorry?') }];
		expect(asked([...turns, 'just do it'])).toBeUndefined();
	});

	it('never without end: whatever the model writes and the caller says, a call is run in the fourth turn at the latest', () => {
		const words = fc.constantFrom(BOOK, 'no', 'yes please', 'hm', 'at ten', 'on friday', 'book a table');
		const values = fc.record({ title: fc.string(), day: fc.constantFrom('tomorrow', 'friday', '2027-01-05', 'soon'), time: fc.constantFrom('09:00', '15:30', 'ten', 'three p m') });
		const turn = fc.record({ user: words, given: values, doubtful: fc.boolean() });
		fc.assert(fc.property(fc.array(turn, { minLength: 4, maxLength: 8 }), (script) => {
			const turns: Array<Exclude<Turns[number], string>> = [];
			for (const { user, given } of script) {
				turns.push({ user, assistant: [] });
				const result = asked(turns, given, { doubtful: (n) => script[n - 1]?.doubtful === true });
				if (!result) return;
				turns.splice(-1, 1, { user, assistant: did(result, 'What?', given) });
			}
			throw new Error(`asked in ${script.length} turns`);
		}));
	});
});

describe('on a bad line', () => {
	it('what was heard there only is asked back, and goes through when the caller has answered', () => {
		expect(asked(['book a dentist', 'tomorrow at nine'], NINE, { doubtful: (n) => n === 2 })).toMatchObject({ status: 'unclear', what: 'day, time' });
		expect(asked(['tomorrow at nine', 'for the dentist'], NINE, { doubtful: (n) => n === 2 })).toBeUndefined();
		expect(asked([{ user: 'tomorrow at nine', assistant: did({ ...UNCLEAR, inputs: ['day', 'time'] }, 'Tomorrow at nine, right?') }, 'yes'], NINE, ALL)).toBeUndefined();
	});

	it('a model that asks about one thing at a time is told of one at a time, and books when all were asked about', () => {
		const bad = { ...ALL, oneAtATime: true };
		expect(asked(['tomorrow at nine'], NINE, bad)).toMatchObject({ status: 'unclear', what: 'day', inputs: ['day'] });
		const day = { user: 'tomorrow at nine', assistant: did({ ...UNCLEAR, inputs: ['day'] }, 'Which day?') };
		expect(asked([day, 'tomorrow'], NINE, bad)).toMatchObject({ status: 'unclear', what: 'time', inputs: ['time'] });
		const time = { user: 'tomorrow', assistant: did({ ...UNCLEAR, inputs: ['time'] }, 'At what time?') };
		expect(asked([day, time, 'nine'], NINE, bad)).toBeUndefined();
		// Nor is one that was made up taken, because another was asked for.
		expect(asked(['book a dentist'], NINE, { oneAtATime: true })).toMatchObject({ status: 'not said', what: 'day', inputs: ['day'] });
		const notSaid = { user: 'book a dentist', assistant: did({ ...NOT_SAID, inputs: ['day'] }, 'Which day?') };
		expect(asked([notSaid, 'tomorrow'], NINE, { oneAtATime: true })).toMatchObject({ status: 'not said', what: 'time', inputs: ['time'] });
	});

	it('another hour than the one that was asked about is asked about, too, but no third one', () => {
		const first = { user: 'tomorrow at ten', assistant: did({ ...UNCLEAR, inputs: ['day', 'time'] }, 'At that time?', { ...NINE, time: 'ten' }) };
		const second = { user: 'no at three p m', assistant: did(UNCLEAR, 'At that time?', { ...NINE, time: 'three p m' }) };
		expect(asked([first, 'no at three p m'], { ...NINE, time: 'three p m' }, ALL)).toMatchObject({ status: 'unclear', what: 'time' });
		expect(asked([first, second, 'no at four p m'], { ...NINE, time: 'four p m' }, ALL)).toBeUndefined();
	});

	it('what was not said at all is asked for first', () => {
		const result = asked([BOOK], NINE, ALL);
		expect(result).toMatchObject({ status: 'not said', what: 'time', inputs: ['time', 'day'], note: expect.stringContaining('heard the day right') });
		expect(asAskBack(result)).toEqual(result);
	});
});

describe('what a caller says, in any words for it, is never refused', () => {
	const HOURS = 'twelve one two three four five six seven eight nine ten eleven'.split(' ');

	it('times', () => {
		const time = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.constantFrom(0, 5, 10, 15, 20, 30, 40, 45, 50, 55) });
		fc.assert(fc.property(time, fc.nat(5), fc.nat(3), ({ hour, minute }, way, form) => {
			const h = HOURS[hour % 12] ?? '';
			const half = hour < 12 ? 'a m' : 'p m';
			const m = String(minute).padStart(2, '0');
			const spoken: string[] = [
				minute === 0 ? `at ${h} ${half}` : `at ${h} ${minute} ${half}`,
				`at ${hour % 12 || 12}:${m} ${half.replace(' ', '')}`,
				`${hour}:${m} would be fine`,
				minute === 30 ? `at half past ${h}` : minute === 15 ? `a quarter past ${h}` : minute === 45 ? `quarter to ${HOURS[(hour + 1) % 12]}` : `at ${h} ${minute}`,
				minute > 30 ? `${60 - minute} to ${HOURS[(hour + 1) % 12]}` : `${minute} past ${h}`,
				`um ${hour} Uhr ${minute}`,
			];
			const written = [`${String(hour).padStart(2, '0')}:${m}`, `${hour % 12 || 12}:${m} ${half.replace(' ', '')}`, `${String(hour).padStart(2, '0')}:${m}:00`, `${hour % 12 || 12}:${m} ${half.replace(' ', '.').toUpperCase()}.`];
			expect(asked([spoken[way] ?? ''], { time: written[form] })).toBeUndefined();
		}), { numRuns: 500 });
	});

	it('days', () => {
		fc.assert(fc.property(fc.integer({ min: 0, max: 364 }), fc.constantFrom('en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt'), fc.nat(2), (ahead, language, form) => {
			const day = new Date(Date.UTC(2026, 10, 28 + ahead));
			const spoken = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', ...(form === 1 ? { weekday: 'long' } : {}), ...(form === 2 ? { year: 'numeric' } : {}), timeZone: 'UTC' }).format(day);
			expect(asked([spoken], { day: day.toISOString().slice(0, 10) }, { language })).toBeUndefined();
		}), { numRuns: 500 });
	});

	it('numbers, e-mail addresses and telephone numbers', () => {
		const say = (figures: string): string => [...figures].map((figure) => 'zero one two three four five six seven eight nine'.split(' ')[Number(figure)]).join(' ');
		const parameters = { type: 'object', properties: {} };
		const local = fc.stringMatching(/^[a-z]{2,8}(?:[._][a-z]{2,8})?\d{0,2}$/);
		fc.assert(fc.property(local, fc.stringMatching(/^[1-9]\d{6,10}$/), fc.integer({ min: 2, max: 99_999 }), fc.boolean(), (name, phone, count, spelled) => {
			const letters = spelled ? [...name].map((letter) => (/\d/.test(letter) ? ` ${say(letter)} ` : `${letter} `)).join('') : name;
			const spoken = `${letters.replaceAll('.', ' dot ').replaceAll('_', ' underscore ')} at example dot com, ${say(phone)}, and ${count} of them`;
			const given = { email: `${name}@example.com`, phone: `+${phone}`, amount: count };
			expect(askBack(call(given), { parameters }, callSoFar([spoken]))).toBeUndefined();
		}), { numRuns: 500 });
	});
});
