// Guards against: an answer that is lost, said twice or ends in silence because its model failed.
import { chatSettings, type ChatMessage } from '../../contract/chat';
import type { ChatEngine } from './engine';
import { ChatFallback } from './fallback';
import { ScriptedChat } from '../fallback/engines.fixture';
import { Cooldowns } from '../fallback/cooldowns';

const messages: ChatMessage[] = [{ role: 'user', content: 'hello' }];
const never = new AbortController().signal;

async function ask(engines: Record<string, ChatEngine>, signal = never) {
	const [model = '', ...fallbacks] = Object.keys(engines);
	const chain = new ChatFallback((name) => engines[name]!, new Cooldowns({ now: () => 0 }));
	let heard = '';
	const request = { conversation: 'c', settings: chatSettings.parse({ model, fallbacks }), messages, tools: [] };
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

it('asks nobody else once cancelled', async () => {
	const abort = new AbortController();
	abort.abort();
	const second = new ScriptedChat(['No.']);
	await expect(ask({ first: new ScriptedChat([], 0), second }, abort.signal)).rejects.toBeDefined();
	expect(second.asked).toEqual([]);
});

it('warms the first model that can be', async () => {
	const chain = new ChatFallback((name) => (name === 'a' ? new ScriptedChat([], 0) : new ScriptedChat(['x'])), new Cooldowns({ now: () => 0 }));
	await chain.warm(chatSettings.parse({ model: 'a', fallbacks: ['b'] }));
	await expect(chain.warm(chatSettings.parse({ model: 'a' }))).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});
