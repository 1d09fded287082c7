// Guards against: captions, `heard` and a history that claim what was never said, lose what was, or tell it in another order.
import { CallScenario, PIECE_SAMPLES, settle, toolCallOf } from '../calls/call-scenario.fixture';
import type { Turn } from './turn';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

async function asked() {
	const scenario = await new CallScenario().connected();
	return { scenario, turn: await scenario.says('what is on monday') };
}

async function replies(scenario: CallScenario, turn: Turn, text: string, ask: Parameters<CallScenario['asksReply']>[1] = {}): Promise<void> {
	const reply = scenario.asksReply(turn, ask);
	await settle();
	await scenario.writes(text);
	await reply;
}

/** What the caller has read of the agent, showing by showing. */
function captions(scenario: CallScenario): string[] {
	return scenario.page('reply.partial').map(({ text }) => text);
}

/** What the caller reads of the agent in the end. */
function settled(scenario: CallScenario): string | undefined {
	return scenario.page('reply.heard').at(-1)?.text;
}

/** What the model is shown of the conversation in the next turn. */
async function remembered(scenario: CallScenario): Promise<string[]> {
	const next = await scenario.says('and on tuesday');
	void scenario.asksReply(next, {}, 'e2');
	await settle();
	return scenario.model().params.messages.slice(1).map(({ role, content }) => `${role}: ${content}`);
}

it('a text that was changed before it was spoken: only the spoken one is shown and remembered', async () => {
	const { scenario, turn } = await asked();
	await replies(scenario, turn, 'You are free.', { speak: null });
	await scenario.silence(100);
	expect(captions(scenario)).toEqual([]);
	const speech = scenario.asksSpeech(turn, 'YOU HAVE NO APPOINTMENTS.');
	await scenario.plays();
	await expect(speech).resolves.toMatchObject({ heard: 'YOU HAVE NO APPOINTMENTS.' });
	expect(captions(scenario)).toEqual(['YOU HAVE NO APPOINTMENTS.']);
	await scenario.silence(150);
	expect(settled(scenario)).toBe('YOU HAVE NO APPOINTMENTS.');
	expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: YOU HAVE NO APPOINTMENTS.', 'user: and on tuesday']);
});

it('a changed text that was interrupted: what was heard of it, and nothing of the other', async () => {
	const { scenario, turn } = await asked();
	await replies(scenario, turn, 'You are free.', { speak: null });
	const speech = scenario.asksSpeech(turn, 'Nothing is booked. All day long.');
	await scenario.playsPart(PIECE_SAMPLES);
	await scenario.speaks('no i mean on wednesday please');
	await expect(speech).resolves.toMatchObject({ heard: 'Nothing is booked.', interrupted: true });
	expect(scenario.page('reply.heard')).toMatchObject([{ text: 'Nothing is booked.', interrupted: true }]);
	await scenario.silence(1500);
	void scenario.asksReply(scenario.turn(scenario.started.at(-1) ?? ''), {}, 'e2');
	await settle();
	expect(scenario.model().params.messages.slice(1).map(({ content }) => content)).toEqual(['what is on monday', 'Nothing is booked.', 'no i mean on wednesday please']);
});

it('a filler that a node says first comes first, and the model does not take it for its answer', async () => {
	const { scenario, turn } = await asked();
	const filler = scenario.asksSpeech(turn, 'One moment, please.', { waitForEnd: false });
	await filler;
	const reply = scenario.asksReply(turn);
	await settle();
	expect(scenario.model().params.messages.at(-1)).toMatchObject({ role: 'user', content: 'what is on monday' });
	await scenario.writes('You are free.');
	await reply;
	const speech = scenario.asksSpeech(turn, 'You are free.');
	await scenario.plays();
	await scenario.plays();
	await expect(speech).resolves.toMatchObject({ heard: 'You are free.', lookAhead: true });
	await scenario.silence(100);
	expect(captions(scenario).at(-1)).toBe('One moment, please. You are free.');
	await scenario.silence(150);
	expect(settled(scenario)).toBe('One moment, please. You are free.');
	expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: One moment, please. You are free.', 'user: and on tuesday']);
});

it('a filler that is said while a tool runs stands where it was said', async () => {
	const { scenario, turn } = await asked();
	const tools = [{ name: 'book', description: '', parameters: {}, sayWhileRunning: 'One moment.' }];
	const reply = scenario.asksReply(turn, { tools });
	await settle();
	await scenario.writes('I will look.', [toolCallOf('c1')]);
	await reply;
	const rest = scenario.givesResults(turn, ['c1']);
	await settle();
	await scenario.writes('It is booked.');
	await expect(rest).resolves.toMatchObject({ text: 'I will look. It is booked.' });
	const speech = scenario.asksSpeech(turn, 'I will look. It is booked.');
	await scenario.plays();
	await expect(speech).resolves.toMatchObject({ lookAhead: true, interrupted: false });
	await scenario.silence(100);
	expect(captions(scenario).at(-1)).toBe('I will look. One moment. It is booked.');
	await scenario.silence(150);
	expect(settled(scenario)).toBe('I will look. One moment. It is booked.');
	expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: I will look. One moment.', 'assistant: It is booked.', 'user: and on tuesday']);
});

describe('several items in one turn', () => {
	it('are spoken ahead in their order, and each node hears of its own', async () => {
		const { scenario, turn } = await asked();
		await replies(scenario, turn, 'You are free.', { run: 0, item: 0, prompt: 'one' });
		await replies(scenario, turn, 'So am I.', { run: 0, item: 1, prompt: 'two' });
		expect(scenario.model().params.messages.slice(1)).toMatchObject([{ content: 'one' }, { content: 'You are free.' }, { content: 'two' }]);
		const first = scenario.asksSpeech(turn, 'You are free.', { run: 0, item: 0 });
		await scenario.plays();
		await expect(first).resolves.toMatchObject({ heard: 'You are free.', lookAhead: true, spokenMs: 500 });
		const second = scenario.asksSpeech(turn, 'So am I.', { run: 0, item: 1 });
		await scenario.plays();
		await expect(second).resolves.toMatchObject({ heard: 'So am I.', lookAhead: true, spokenMs: 500 });
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		await scenario.silence(150);
	expect(settled(scenario)).toBe('You are free. So am I.');
		expect(await remembered(scenario)).toEqual(['user: one', 'assistant: You are free.', 'user: two', 'assistant: So am I.', 'user: and on tuesday']);
	});

	it('without look-ahead are spoken one after the other', async () => {
		const { scenario, turn } = await asked();
		for (const [item, text] of ['First.', 'Second.', 'First.'].entries()) {
			const speech = scenario.asksSpeech(turn, text, { run: 0, item });
			await scenario.plays();
			await expect(speech).resolves.toMatchObject({ heard: text, spokenMs: 500 });
		}
		await scenario.silence(150);
	expect(settled(scenario)).toBe('First. Second. First.');
		expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: First. Second. First.', 'user: and on tuesday']);
	});

	it('of which the second is interrupted: the first was heard, the second as far as it was', async () => {
		const { scenario, turn } = await asked();
		await replies(scenario, turn, 'You are free.', { run: 0, item: 0, prompt: 'one' });
		await replies(scenario, turn, 'So am I. All day long.', { run: 0, item: 1, prompt: 'two' });
		const first = scenario.asksSpeech(turn, 'You are free.', { run: 0, item: 0 });
		await scenario.plays();
		await expect(first).resolves.toMatchObject({ heard: 'You are free.', interrupted: false });
		const second = scenario.asksSpeech(turn, 'So am I. All day long.', { run: 0, item: 1 });
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on wednesday please');
		await expect(second).resolves.toMatchObject({ heard: 'So am I.', interrupted: true });
		expect(scenario.page('reply.heard')).toMatchObject([{ text: 'You are free. So am I.', interrupted: true }]);
	});
});

describe('one node after another', () => {
	it('after the reply was heard: both are shown and remembered, once', async () => {
		const { scenario, turn } = await asked();
		await replies(scenario, turn, 'You are free.');
		const first = scenario.asksSpeech(turn, 'You are free.');
		await scenario.plays();
		await first;
		await scenario.silence(150);
	expect(settled(scenario)).toBe('You are free.');
		const second = scenario.asksSpeech(turn, 'Good bye.');
		await scenario.plays();
		await expect(second).resolves.toMatchObject({ heard: 'Good bye.', interrupted: false, lookAhead: false });
		expect(captions(scenario).at(-1)).toBe('You are free. Good bye.');
		await scenario.silence(150);
	expect(settled(scenario)).toBe('You are free. Good bye.');
		expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: You are free. Good bye.', 'user: and on tuesday']);
	});

	it('after the reply was heard, and cut short: what was heard of it', async () => {
		const { scenario, turn } = await asked();
		await replies(scenario, turn, 'You are free.');
		await scenario.plays();
		const second = scenario.asksSpeech(turn, 'Good bye. Until tomorrow.');
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on wednesday please');
		await expect(second).resolves.toMatchObject({ heard: 'Good bye.', interrupted: true });
		await settle();
		expect(scenario.page('reply.heard').at(-1)).toMatchObject({ turnId: turn.id, text: 'You are free. Good bye.', interrupted: true });
	});

	it('that do not wait: their sound comes in the order in which they asked', async () => {
		const { scenario, turn } = await asked();
		await scenario.asksSpeech(turn, 'One. Two. Three.', { node: 'A', waitForEnd: false });
		await scenario.asksSpeech(turn, 'Four.', { node: 'B', waitForEnd: false });
		expect(scenario.utterances()).toEqual(['u1', 'u2']);
		await scenario.plays();
		await scenario.plays();
		await scenario.silence(150);
	expect(settled(scenario)).toBe('One. Two. Three. Four.');
	});

	it('that do not wait: the second voice begins when the first has made all of its sound, and not at all where nobody waits any more', async () => {
		const scenario = await new CallScenario({ voiceSpeaks: false }).connected();
		const turn = await scenario.says('what is on monday');
		for (const node of ['A', 'B', 'C']) await scenario.asksSpeech(turn, `${node}.`, { node, waitForEnd: false });
		await settle();
		const voice = scenario.inference.last('speak');
		expect(scenario.inference.of('speak')).toHaveLength(1);
		voice.emit({ type: 'audio', piece: 0, pcm: new Int16Array(PIECE_SAMPLES), sampleRate: 16_000 }, { type: 'pieceEnd', piece: 0, samples: PIECE_SAMPLES });
		voice.resolve({ samples: PIECE_SAMPLES, sampleRate: 16_000 });
		await settle();
		expect(scenario.inference.of('speak').map((speak) => speak.of('piece').map(({ text }) => text))).toEqual([['A.'], ['B.']]);
		await scenario.playsPart(PIECE_SAMPLES / 2);
		await scenario.speaks('no i mean on wednesday please');
		await settle();
		expect(scenario.inference.of('speak')).toHaveLength(2);
	});

	it('in parallel branches say the same reply twice, and both are told', async () => {
		const { scenario, turn } = await asked();
		await replies(scenario, turn, 'You are free.', { speak: null });
		for (const node of ['A', 'B']) {
			const speech = scenario.asksSpeech(turn, 'You are free.', { node });
			await scenario.plays();
			await expect(speech).resolves.toMatchObject({ heard: 'You are free.', spokenMs: 500 });
		}
		await scenario.silence(150);
	expect(settled(scenario)).toBe('You are free. You are free.');
	});
});

it('a node that speaks without any reply is shown and remembered with what the caller said', async () => {
	const { scenario, turn } = await asked();
	const speech = scenario.asksSpeech(turn, 'We are closed.');
	await scenario.plays();
	await speech;
	await scenario.silence(150);
	expect(settled(scenario)).toBe('We are closed.');
	expect(await remembered(scenario)).toEqual(['user: what is on monday', 'assistant: We are closed.', 'user: and on tuesday']);
});

it('a reply that a second model words anew: the first wording was never said', async () => {
	const { scenario, turn } = await asked();
	await replies(scenario, turn, 'You are free.', { speak: null, node: 'Draft' });
	await replies(scenario, turn, 'The day is all yours.', { node: 'Style', prompt: 'say it nicer' });
	await scenario.plays();
	expect(captions(scenario)).toEqual(['The day is all yours.']);
	expect(await remembered(scenario)).toEqual(['user: say it nicer', 'assistant: The day is all yours.', 'user: and on tuesday']);
});
