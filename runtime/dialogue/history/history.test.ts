// Guards against: a model that believes it said what nobody heard, that forgets what its tools have done, or for a large result all else.
import fc from 'fast-check';
import type { ToolCall } from '../../contract/chat';
import { History } from './history';

function call(id: string): ToolCall {
	return { id, name: 'book', arguments: { day: 'friday' } };
}
function user(content: string) {
	return { role: 'user', content };
}
function assistant(content: string, toolCalls: unknown[] = []) {
	return { role: 'assistant', content, toolCalls };
}
function done(id: string, result: unknown) {
	return { ...call(id), result };
}
function running(id: string) {
	return { ...call(id), result: expect.objectContaining({ status: expect.any(String) }) };
}

describe('a turn with a tool', () => {
	const booked = (): History => {
		const history = new History();
		history.addGreeting('Hello.');
		history.addUser('book a dentist', 1);
		history.addAssistant('I will look.');
		history.addToolCalls([call('a'), call('b')]);
		history.addToolResult('b', 'no');
		history.addToolResult('a', 'yes');
		history.addAssistant('It is **booked** for friday. Anything else?');
		return history;
	};

	it('stands as greeting, question, call with results, and what was said about them', () => {
		expect(booked().messages()).toEqual([
			assistant('Hello.'),
			user('book a dentist'),
			assistant('I will look.', [done('a', 'yes'), done('b', 'no')]),
			assistant('It is **booked** for friday. Anything else?'),
		]);
	});

	it.each([
		['', ['', undefined]],
		['I will', ['I will', undefined]],
		['I will look.', ['I will look.', undefined]],
		['I will look. It is', ['I will look.', 'It is']],
		['I will look. One moment. It is booked for', ['I will look.', 'One moment. It is **booked** for']],
		['I will look. It is booked for friday.', ['I will look.', 'It is **booked** for friday.']],
		['I will look. It is booked for friday. Anything else?', ['I will look.', 'It is **booked** for friday. Anything else?']],
	])('keeps of it what was heard: "%s"', (heard, [first, second]) => {
		const history = booked();
		history.keepHeard({ turn: 1, user: '', heard: heard });
		expect(history.messages().slice(2)).toEqual([
			assistant(first ?? '', [done('a', 'yes'), done('b', 'no')]),
			...(second === undefined ? [] : [assistant(second)]),
		]);
	});
});

it('leaves no trace of an answer of which nothing was heard', () => {
	const history = new History();
	history.addUser('hello', 1);
	history.addAssistant('Hello, how can I help?');
	history.keepHeard({ turn: 1, user: '', heard: '' });
	expect(history.messages()).toEqual([user('hello')]);
});

it('takes a result that comes turns later to the call it belongs to, and tells of a call that still runs', () => {
	const history = new History();
	history.addUser('book a dentist', 1);
	history.addToolCalls([call('slow')]);
	history.keepHeard({ turn: 1, user: '', heard: '' });
	history.addUser('no, friday', 2);
	expect(history.messages()).toEqual([user('book a dentist'), assistant('', [running('slow')]), user('no, friday')]);
	expect(history.addToolResult('slow', { booked: true })).toBe(true);
	expect(history.messages()[1]).toEqual(assistant('', [done('slow', { booked: true })]));
});

it('takes each result once, and none for a call that it does not know', () => {
	const history = new History();
	history.addUser('book', 1);
	history.addToolCalls([call('a')]);
	expect([history.addToolResult('x', 1), history.addToolResult('a', 1), history.addToolResult('a', 2)]).toEqual([false, true, false]);
	expect(history.messages()[1]).toEqual(assistant('', [done('a', 1)]));
});

it('keeps an undefined result apart from none', () => {
	const history = new History();
	history.addUser('book', 1);
	history.addToolCalls([call('a')]);
	history.addToolResult('a', undefined);
	expect(history.messages()[1]).toEqual(assistant('', [done('a', undefined)]));
});

it('begins a message for every step of calls', () => {
	const history = new History();
	history.addUser('book', 1);
	history.addToolCalls([call('a')]);
	history.addToolResult('a', 1);
	history.addToolCalls([call('b')]);
	expect(history.messages().slice(1)).toEqual([assistant('', [done('a', 1)]), assistant('', [running('b')])]);
});

it('cuts or drops a turn only if it knows it: one that was cancelled early has written nothing', () => {
	const history = new History();
	history.addUser('hello', 1);
	history.addAssistant('Hello.');
	history.keepHeard({ turn: 2, user: '', heard: '' });
	history.dropTurn(2);
	expect(history.messages()).toEqual([user('hello'), assistant('Hello.')]);
	history.dropTurn(1);
	expect(history.messages()).toEqual([]);
});

it('replaces what was heard where a node hears it better', () => {
	const history = new History();
	history.addUser('book a dentist', 1);
	history.addUser('book a dentist on friday', 1);
	expect(history.messages()).toEqual([user('book a dentist on friday')]);
});

describe('the window', () => {
	const talk = (turns: number, limits: { maxTurns: number; maxCharacters: number }) => {
		const history = new History(limits);
		const starts: unknown[] = [];
		for (let turn = 1; turn <= turns; turn++) {
			history.addUser(`question ${turn}`, turn);
			starts.push(history.messages()[0]);
			history.addAssistant(`answer ${turn}`);
		}
		return { history, starts };
	};

	it('keeps to the newest turns', () => {
		const { history } = talk(30, { maxTurns: 10, maxCharacters: 10_000 });
		expect(history.messages().length).toBeLessThanOrEqual(20);
		expect(history.messages().at(-1)).toEqual(assistant('answer 30'));
	});

	it('moves in leaps, so that its beginning stays the same for several turns', () => {
		const { starts } = talk(40, { maxTurns: 10, maxCharacters: 10_000 });
		const leaps = starts.filter((start, index) => index > 0 && JSON.stringify(start) !== JSON.stringify(starts[index - 1]));
		expect(leaps.length).toBeLessThanOrEqual(8);
		expect(leaps.length).toBeGreaterThan(3);
	});

	it('never leaves out the newest turn, however long', () => {
		const history = new History({ maxTurns: 4, maxCharacters: 50 });
		history.addUser('short', 1);
		history.addUser('x'.repeat(500), 2);
		expect(history.messages()).toEqual([user('x'.repeat(500))]);
	});

	it('holds for any talk', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 }), (texts, maxTurns, maxCharacters) => {
				const history = new History({ maxTurns, maxCharacters });
				texts.forEach((text, index) => {
					history.addUser(text, index);
					const messages = history.messages();
					expect(messages.at(-1)).toEqual(user(text));
					expect(messages).toEqual(texts.slice(0, index + 1).map(user).slice(-messages.length));
					const size = messages.reduce((sum, { content }) => sum + content.length, 0);
					expect(messages.length === 1 || (messages.length <= maxTurns && size <= maxCharacters)).toBe(true);
				});
			}),
		);
	});
});

describe('large results', () => {
	const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, title: `Appointment ${id}`, day: 'friday' }));
	const asked = (history: History, turn: number, result: unknown): void => {
		history.addUser(`question ${turn}`, turn);
		history.addToolCalls([call(`c${turn}`)]);
		history.addToolResult(`c${turn}`, result);
	};
	const resultsOf = (history: History): unknown[] => history.messages().flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ result }) => result) : []));
	const wordsOf = (history: History): string[] => history.messages().map(({ content }) => content).filter((content) => content !== '');
	const sizeOf = (history: History): number => JSON.stringify(history.messages()).length;

	it('of the turn that goes on leave all that was said, and its own first rows', () => {
		const history = new History();
		history.addGreeting('Hello.');
		for (let turn = 1; turn <= 10; turn++) {
			history.addUser(`question ${turn}`, turn);
			history.addAssistant(`answer ${turn} ${'yada '.repeat(40)}`);
		}
		asked(history, 11, rows(5000));
		const words = wordsOf(history);
		expect(words).toHaveLength(22);
		const [result] = resultsOf(history) as [unknown[]];
		expect(result.length).toBeGreaterThan(50);
		expect(result.slice(0, -1)).toEqual(rows(5000).slice(0, result.length - 1));
		expect(result.at(-1)).toBe(`and ${(5001 - result.length).toLocaleString('en')} more`);
		history.addAssistant('There are many.');
		history.addUser('and the first one', 12);
		expect(wordsOf(history)).toEqual([...words, 'There are many.', 'and the first one']);
		expect(resultsOf(history)).toEqual([result]);
	});

	it('of earlier turns go first, then stay as they are, so that the model finds them in its memory', () => {
		const history = new History();
		asked(history, 1, rows(130));
		history.addAssistant('A hundred.');
		asked(history, 2, rows(130));
		expect(resultsOf(history)).toEqual([rows(130), rows(130)]);
		history.addAssistant('A hundred again.');
		asked(history, 3, rows(130));
		const [first, second, third] = resultsOf(history) as [unknown[], unknown[], unknown[]];
		expect(third).toEqual(rows(130));
		for (const old of [first, second]) {
			expect(old.slice(0, 5)).toEqual(rows(5));
			expect(JSON.stringify(old).length).toBeLessThanOrEqual(600);
		}
		expect(wordsOf(history)).toEqual(['question 1', 'A hundred.', 'question 2', 'A hundred again.', 'question 3']);
		history.addAssistant('Three.');
		history.addUser('thanks', 4);
		expect(resultsOf(history)).toEqual([first, second, third]);
	});

	it('of several calls share the room: the small ones stay whole', () => {
		const history = new History();
		history.addUser('all of it', 1);
		history.addToolCalls([call('a'), call('b'), call('c')]);
		history.addToolResult('a', rows(2000));
		history.addToolResult('b', { status: 'free' });
		history.addToolResult('c', 'line "x"\n'.repeat(20_000));
		const [a, b, c] = resultsOf(history) as [unknown[], unknown, string];
		expect(b).toEqual({ status: 'free' });
		expect(a.slice(0, 20)).toEqual(rows(20));
		expect(c).toMatch(/more lines$/);
		expect(sizeOf(history)).toBeLessThan(16_500);
	});

	it('never take the words of the turn, and leave the rest within the limit, whatever they are', () => {
		const result = fc.oneof(fc.array(fc.record({ a: fc.string(), b: fc.integer() }), { maxLength: 300 }), fc.string({ maxLength: 30_000 }), fc.jsonValue());
		fc.assert(
			fc.property(fc.array(result, { minLength: 1, maxLength: 25 }), (results) => {
				const history = new History({ maxTurns: 40, maxCharacters: 8000 });
				results.forEach((given, index) => {
					asked(history, index, given);
					const words = wordsOf(history);
					expect(words).toEqual(results.slice(0, index + 1).flatMap((_, turn) => (turn < index ? [`question ${turn}`, 'Well.'] : [`question ${turn}`])));
					expect(sizeOf(history)).toBeLessThan(8000 + 200 * (index + 1));
					history.addAssistant('Well.');
				});
			}),
			{ numRuns: 50 },
		);
	});
});
