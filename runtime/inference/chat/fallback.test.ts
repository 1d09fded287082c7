// Guards against: an answer that is lost, said twice or ends in silence because its model failed; a call that is spoken.
import { chatSettings, type ChatMessage, type ToolSpec } from '../../contract/chat';
import { VoiceError } from '../../contract/errors';
import type { ChatEngine } from './engine';
import { ChatFallback } from './fallback';
import { ScriptedChat } from '../fallback/engines.fixture';
import { Cooldowns } from '../fallback/cooldowns';

const messages: ChatMessage[] = [{ role: 'user', content: 'hello' }];
const never = new AbortController().signal;

const BOOK = { name: 'book', description: '', parameters: { type: 'object', properties: { day: { type: 'string' } } } };

async function ask(engines: Record<string, ChatEngine>, signal = never, more: { tools?: ToolSpec[]; conversation?: string } = {}) {
	const [model = '', ...fallbacks] = Object.keys(engines);
	const chain = new ChatFallback((name) => engines[name]!, new Cooldowns({ now: () => 0 }));
	let heard = '';
	const request = { conversation: 'c', settings: chatSettings.parse({ model, fallbacks }), messages, tools: [], ...more };
	const done = chain.chat(request, { onText: (text) => (heard += text), onTokens: () => undefined }, signal);
	return { ...(await done), heard };
}

it('asks the next model where the first says nothing', async () => {
	const second = new ScriptedChat(['Good', ' day.']);
	const done = await ask({ first: new ScriptedChat([], 0), second });
	expect(done).toMatchObject({ text: 'Good day.', heard: 'Good day.', engine: 'second', replaced: [{ from: 'first', to: 'second' }] });
	expect(second.asked[0]).toMatchObject({ messages, settings: { model: 'second' } });
});

it('lets the next model go on from what is written', async () => {
	const second = new ScriptedChat(['booked', '.']);
	const done = await ask({ first: new ScriptedChat(['It', ' is', ' never'], 2), second });
	expect(done).toMatchObject({ text: 'It is booked.', heard: 'It is booked.', engine: 'second' });
	expect(second.asked[0]?.messages).toEqual([...messages, { role: 'assistant', content: 'It is', toolCalls: [] }]);
});

it.each([
	[['It ', 'is '], [' booked', '.']],
	[['It', ' is'], [' booked', '.']],
	[['It', ' is '], ['booked', '.']],
])('puts one space between %j and %j', async (first, second) => {
	const engine = new ScriptedChat(second);
	const done = await ask({ first: new ScriptedChat(first, 2), second: engine });
	expect(done).toMatchObject({ text: 'It is booked.', heard: 'It is booked.' });
	expect(engine.asked[0]?.messages.at(-1)?.content).toBe('It is');
});

it('goes on through several failures, and fails with the last one\'s error', async () => {
	const done = await ask({ a: new ScriptedChat(['One'], 1), b: new ScriptedChat([', two'], 1), c: new ScriptedChat([', three.']) });
	expect(done).toMatchObject({ text: 'One, two, three.', heard: 'One, two, three.' });
	await expect(ask({ a: new ScriptedChat(['One'], 1), b: new ScriptedChat([], 0) })).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});

it('tells with the end of a sentence which letter follows, though that word is held', async () => {
	const told: Array<[string, string | undefined]> = [];
	const chain = new ChatFallback(() => new ScriptedChat(['It is', ' done.', ' Thank', ' you. ', 'Bye', '.']), new Cooldowns({ now: () => 0 }));
	const request = { conversation: 'c', settings: chatSettings.parse({ model: 'm' }), messages, tools: [] };
	await chain.chat(request, { onText: (text, next) => told.push([text, next]), onTokens: () => undefined }, never);
	expect(told).toEqual([['It ', 'i'], ['is done.', undefined], [' ', 'T'], ['Thank you. ', undefined], ['', 'B'], ['Bye.', undefined]]);
});

it('asks nobody else once cancelled', async () => {
	const abort = new AbortController();
	abort.abort();
	const second = new ScriptedChat(['No.']);
	await expect(ask({ first: new ScriptedChat([], 0), second }, abort.signal)).rejects.toBeDefined();
	expect(second.asked).toEqual([]);
});

describe('a model that only repeats itself', () => {
	/** Writes until it is stopped, as a model does that is caught in a circle. */
	const circle = (): ChatEngine => {
		const engine: ChatEngine = new ScriptedChat([]);
		engine.chat = async (_request, listener, signal) => {
			listener.onTokens(40);
			for (let words = 0; words < 4000; words++) {
				if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'stopped');
				listener.onText('I can help you. ');
				listener.onTokens(5);
				await Promise.resolve();
			}
			return { text: '', toolCalls: [], stopReason: 'maxTokens', usage: { promptTokens: 40, reusedTokens: 0, completionTokens: 20_000 }, ttftMs: 0, durationMs: 0 };
		};
		return engine;
	};

	it('is stopped where somebody hears it, and its answer counts', async () => {
		const second = new ScriptedChat(['No.']);
		const done = await ask({ circle: circle(), second });
		expect(done).toMatchObject({ text: done.heard, stopReason: 'repetition', engine: 'circle', replaced: [], toolCalls: [], usage: { promptTokens: 40 } });
		expect(done.heard.match(/I can help you/g)).toHaveLength(3);
		expect(second.asked).toEqual([]);
	});

	it('goes on where nobody does', async () => {
		expect(await ask({ circle: circle() }, never, { conversation: '' })).toMatchObject({ stopReason: 'maxTokens' });
	});

	it('is cancelled by the caller as ever', async () => {
		const abort = new AbortController();
		abort.abort();
		await expect(ask({ circle: circle() }, abort.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	});
});

describe('a call that stands among the words', () => {
	const call = ['Let me', ' look.', ' <fun', 'ction=book>{"day": ', '"friday"}</func', 'tion>'];

	it('is none of them, and is run where the tool was offered', async () => {
		const done = await ask({ a: new ScriptedChat(call) }, never, { tools: [BOOK] });
		expect(done).toMatchObject({ text: 'Let me look.', heard: 'Let me look. ', stopReason: 'toolCalls', toolCalls: [{ id: expect.stringMatching(/^call_/), name: 'book', arguments: { day: 'friday' } }] });
	});

	it('is given back where it was not, or cannot be read', async () => {
		const unknown = await ask({ a: new ScriptedChat(call) });
		expect(unknown).toMatchObject({ heard: 'Let me look. ', toolCalls: [{ name: 'book' }] });
		const broken = await ask({ a: new ScriptedChat(['<function=book>{"day": "fri']) }, never, { tools: [BOOK] });
		expect(broken).toMatchObject({ text: '', heard: '', toolCalls: [{ name: 'book', arguments: {}, problem: expect.any(String) }] });
		expect(await ask({ a: new ScriptedChat(['<tool_call>', '</tool_call>']) })).toMatchObject({ heard: '', toolCalls: [{ name: 'unknown' }] });
	});

	it('counts once where the server gives it as a call, too', async () => {
		const engine = new ScriptedChat(call);
		const chat = engine.chat.bind(engine);
		engine.chat = async (...given) => ({ ...(await chat(...given)), toolCalls: [{ id: 'c', name: 'book', arguments: { day: 'friday' } }] });
		expect(await ask({ a: engine }, never, { tools: [BOOK] })).toMatchObject({ heard: 'Let me look. ', toolCalls: [{ id: 'c' }] });
	});

	it('is not said either where its model fails in the middle of it', async () => {
		const done = await ask({ a: new ScriptedChat(call, 4), b: new ScriptedChat(['It is', ' booked.']) });
		expect(done).toMatchObject({ text: 'Let me look. It is booked.', heard: 'Let me look. It is booked.', toolCalls: [] });
	});

	it('is data where nobody listens and no such tool was offered', async () => {
		const json = '{"name": "book", "parameters": {"day": "friday"}}';
		expect(await ask({ a: new ScriptedChat([json]) }, never, { conversation: '' })).toMatchObject({ text: json, toolCalls: [] });
		expect(await ask({ a: new ScriptedChat([json]) }, never, { conversation: '', tools: [BOOK] })).toMatchObject({ text: '', toolCalls: [{ name: 'book' }] });
	});
});

it('warms the first model that can be', async () => {
	const chain = new ChatFallback((name) => (name === 'a' ? new ScriptedChat([], 0) : new ScriptedChat(['x'])), new Cooldowns({ now: () => 0 }));
	await chain.warm(chatSettings.parse({ model: 'a', fallbacks: ['b'] }));
	await expect(chain.warm(chatSettings.parse({ model: 'a' }))).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});

describe('servers that share the work', () => {
	const shared = (a: ScriptedChat, b: ScriptedChat) => {
		const engines: Record<string, ChatEngine> = { a, b, other: new ScriptedChat(['Other.']) };
		const links = (name: string) => (name === 'all' ? ['a', 'b'].map((each) => ({ name: each, shares: name })) : [{ name }]);
		const chain = new ChatFallback((name) => engines[name]!, new Cooldowns({ now: () => 0 }), links);
		const turn = async (conversation: string): Promise<string> => {
			const settings = chatSettings.parse({ model: 'all', fallbacks: ['other'] });
			const { engine } = await chain.chat({ conversation, settings, messages, tools: [] }, { onText: () => undefined, onTokens: () => undefined }, never);
			return engine;
		};
		return { chain, turn };
	};

	it('get as many conversations each, and each conversation stays where it was read', async () => {
		const { chain, turn } = shared(new ScriptedChat(['A.']), new ScriptedChat(['B.']));
		const calls = ['1', '2', '3', '4'];
		expect(await Promise.all(calls.map(turn))).toEqual(['a', 'b', 'a', 'b']);
		expect(await Promise.all(calls.toReversed().map(turn))).toEqual(['b', 'a', 'b', 'a']);
		chain.forget('1');
		chain.forget('3');
		chain.forget('3');
		expect([await turn('5'), await turn('6'), await turn('7')]).toEqual(['a', 'a', 'a']);
	});

	it('get prompts outside of calls by what is open', async () => {
		const { turn } = shared(new ScriptedChat(['A.']), new ScriptedChat(['B.']));
		expect(await Promise.all(['', '', ''].map(turn))).toEqual(['a', 'b', 'a']);
		expect([await turn(''), await turn('')]).toEqual(['a', 'a']);
	});

	it('take over from each other, and keep what they took', async () => {
		const { turn } = shared(new ScriptedChat([], 0), new ScriptedChat(['B.']));
		expect([await turn('1'), await turn('2'), await turn('1')]).toEqual(['b', 'b', 'b']);
	});
});
