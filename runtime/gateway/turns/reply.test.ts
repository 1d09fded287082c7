// Guards against: replies that go on after their interruption, tool results that are lost, and a history that holds what nobody heard.
import { VoiceError } from '../../contract/errors';
import { CallScenario, PIECE_SAMPLES, settle, toolCallOf } from '../calls/call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

async function asked(options: ConstructorParameters<typeof CallScenario>[0] = {}, ask: Parameters<CallScenario['asksReply']>[1] = {}) {
	const scenario = await new CallScenario(options).connected();
	const turn = await scenario.says('what is on monday');
	const reply = scenario.asksReply(turn, ask);
	await settle();
	return { scenario, turn, reply };
}

/** What the model is shown of the conversation at its newest ask. */
function seen(scenario: CallScenario): string[] {
	return scenario.model().params.messages.slice(1).map(({ role, content }) => `${role}: ${content}`);
}

describe('writing', () => {
	it('speaks each sentence as soon as it stands, and shows the words', async () => {
		const { scenario, reply } = await asked();
		await scenario.begins('You are free. The');
		expect(scenario.inference.last('speak').of('piece').map(({ text }) => text)).toEqual(['You are free.']);
		await scenario.begins(' whole day.');
		await scenario.writes('');
		await expect(reply).resolves.toMatchObject({ status: 'done', interrupted: false, lookAhead: true });
		await scenario.plays();
		expect(scenario.page('reply.heard').at(-1)).toMatchObject({ text: 'You are free. The whole day.', interrupted: false });
	});

	it('speaks a sentence once the next word has begun, though that is held back', async () => {
		const { scenario, reply } = await asked();
		const pieces = (): string[] => scenario.inference.last('speak').of('piece').map(({ text }) => text);
		await scenario.begins('You are free. ', 'T');
		expect(pieces()).toEqual(['You are free.']);
		await scenario.begins('The whole day. ');
		await scenario.begins('', 'A');
		expect(pieces()).toEqual(['You are free.', 'The whole day.']);
		await scenario.writes('All of it.');
		await expect(reply).resolves.toMatchObject({ status: 'done', text: 'You are free. The whole day. All of it.' });
	});

	it('speaks nothing by itself without look-ahead', async () => {
		const { scenario, reply } = await asked({}, { speak: null, speakNote: 'another node stands between' });
		await scenario.writes('You are free.');
		await expect(reply).resolves.toMatchObject({ status: 'done', lookAhead: false, note: 'another node stands between' });
		expect(scenario.inference.of('speak')).toEqual([]);
	});

	it('says the set sentence, without asking the model, where the caller was not understood', async () => {
		const { scenario, reply } = await asked({}, { understood: false, sayWhenUnclear: 'Please say that again.' });
		await expect(reply).resolves.toMatchObject({ status: 'done', text: 'Please say that again.' });
		expect(scenario.inference.of('chat')).toEqual([]);
		await scenario.plays();
		const next = await scenario.says('what is on tuesday');
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(seen(scenario)).toEqual(['user: [unclear]', 'assistant: Please say that again.', 'user: what is on tuesday']);
	});

	it.each([
		['nothing', ''],
		['space', ' \n '],
		['emoji', '\u{1f44d} \u{1f600}'],
		['marks', '... ?!'],
		['Markdown without words', '**  **\n---\n'],
	])('%s is no answer: the node is told, nothing was opened that is silent, and the turn is still open', async (_what, text) => {
		const { scenario, turn, reply } = await asked();
		await scenario.writes(text);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_NO_ANSWER' });
		expect(scenario.inference.of('speak')).toEqual([]);
		expect(turn.ended).toBeUndefined();
		scenario.call.api.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_FAILED', 'Llama Chat: no answer'));
		await settle();
		expect(scenario.inference.last('speak').of('piece')).toMatchObject([{ text: 'Sorry.' }]);
	});

	it('nothing more after a tool is an answer where the words came before it, and none where only a filler was said', async () => {
		const tools = [{ name: 'book', description: '', parameters: {}, sayWhileRunning: 'One moment.' }];
		for (const [before, answered] of [['I book it for you.', true], ['', false]] as const) {
			const { scenario, turn, reply } = await asked({}, { tools });
			await scenario.writes(before, [toolCallOf('c1')]);
			await reply;
			const rest = scenario.givesResults(turn, ['c1']);
			await settle();
			await scenario.writes('');
			if (answered) await expect(rest).resolves.toMatchObject({ status: 'done', text: 'I book it for you.' });
			else await expect(rest).rejects.toMatchObject({ code: 'VOICE_ERR_NO_ANSWER' });
		}
	});

	it('words after marks are spoken with them', async () => {
		const { scenario, reply } = await asked();
		await scenario.begins('\u{1f44d} ');
		await scenario.begins('"');
		await scenario.writes('Yes," he said.');
		await expect(reply).resolves.toMatchObject({ text: '\u{1f44d} "Yes," he said.' });
		expect(scenario.inference.last('speak').of('piece').map(({ text }) => text)).toEqual(['"Yes," he said.']);
	});

	it('that fails is told to the node, whose last word fails the turn: the agent says sorry, and what was heard stays', async () => {
		const { scenario, turn, reply } = await asked();
		await scenario.begins('You are free. The');
		scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'The model broke.'));
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn, { code: 'VOICE_ERR_MODEL_FAILED' });
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_MODEL_FAILED' } });
		expect(scenario.page('error').at(-1)).toMatchObject({ turnId: turn.id, error: { code: 'VOICE_ERR_MODEL_FAILED' } });
		await scenario.plays();
		await scenario.plays();
		expect(scenario.inference.of('speak').flatMap((speak) => speak.of('piece').map(({ text }) => text))).toEqual(['You are free.', 'The', 'Sorry.']);
	});

	it('fails where inference is dead and does not come back', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		scenario.inference.refuse(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'gone'));
		const reply = scenario.asksReply(turn);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		scenario.nodeFails(turn, { code: 'VOICE_ERR_INFERENCE_LOST' });
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_INFERENCE_LOST' } });
	});

	it('fails with the process that dies in the middle of it', async () => {
		const { scenario, turn, reply } = await asked();
		await scenario.begins('You are');
		scenario.inference.die();
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		scenario.nodeFails(turn, { code: 'VOICE_ERR_INFERENCE_LOST' });
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_INFERENCE_LOST' } });
	});

	it.each([['before the first word', false], ['twice before the first word', true]])('asks again where the process dies %s, once', async (_when, twice) => {
		const { scenario, reply } = await asked();
		const first = scenario.model();
		for (let times = 0; times < (twice ? 2 : 1); times++) {
			scenario.inference.die();
			scenario.inference.come();
			await settle();
		}
		if (twice) return await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		expect(scenario.model()).not.toBe(first);
		expect(scenario.model().params.messages).toEqual(first.params.messages);
		await scenario.writes('You are free.');
		expect(await reply).toMatchObject({ text: 'You are free.' });
	});

	it('waits for a process that comes back', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		scenario.inference.die();
		const reply = scenario.asksReply(turn);
		await settle();
		scenario.inference.come();
		await settle();
		await scenario.writes('You are free.');
		await expect(reply).resolves.toMatchObject({ text: 'You are free.' });
	});
});

describe('the caller who goes on', () => {
	it('while the model writes: it is stopped, nothing more is spoken, and the history holds what was heard', async () => {
		const { scenario, turn, reply } = await asked();
		await scenario.begins('You are free. The whole');
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on tuesday please');
		expect(turn.ended?.kind).toBe('interrupted');
		expect(scenario.model().cancelled).toBe(true);
		scenario.model().reject(new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.'));
		await expect(reply).resolves.toMatchObject({ status: 'done', interrupted: true });
		await scenario.silence(1500);
		const next = scenario.turn(scenario.started.at(-1) ?? '');
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(seen(scenario)).toEqual(['user: what is on monday', 'assistant: You are free.', 'user: no i mean on tuesday please']);
	});

	it('and asks again while the model still stops: the model is asked when the history is right', async () => {
		const { scenario } = await asked();
		await scenario.begins('You are free. The whole');
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on tuesday please');
		const stopping = scenario.model();
		await scenario.silence(1500);
		void scenario.asksReply(scenario.turn(scenario.started.at(-1) ?? ''), {}, 'e2');
		await settle();
		expect(scenario.model()).toBe(stopping);
		stopping.reject(new VoiceError('VOICE_ERR_CANCELLED', 'cancelled'));
		await settle();
		expect(seen(scenario)).toEqual(['user: what is on monday', 'assistant: You are free.', 'user: no i mean on tuesday please']);
	});

	it('before the node asks for the reply: the model is not asked', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		await scenario.silence(1500);
		await scenario.speaks('no i mean on tuesday please');
		expect(turn.ended?.kind).toBe('interrupted');
		await expect(scenario.asksReply(turn)).resolves.toMatchObject({ status: 'done', interrupted: true, text: '' });
		expect(scenario.inference.of('chat')).toEqual([]);
	});

	it('while the process is awaited: the ask is taken back as soon as it is made', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		scenario.inference.die();
		const reply = scenario.asksReply(turn);
		await scenario.silence(1600);
		await scenario.speaks('no i mean on tuesday please');
		scenario.inference.come();
		await settle();
		expect(scenario.model().cancelled).toBe(true);
		scenario.model().reject(new VoiceError('VOICE_ERR_CANCELLED', 'cancelled'));
		await expect(reply).resolves.toMatchObject({ interrupted: true });
	});

	it('though the model answers after all: its late words are neither shown nor spoken', async () => {
		const { scenario, reply } = await asked();
		await scenario.silence(1600);
		await scenario.speaks('no i mean on tuesday please');
		await scenario.writes('You are free.');
		await expect(reply).resolves.toMatchObject({ interrupted: true, text: '' });
		expect(scenario.page('reply.partial')).toEqual([]);
		expect(scenario.inference.of('speak')).toEqual([]);
	});

	it('with the same sentence: the next turn says it all, and the history holds it once', async () => {
		const scenario = await new CallScenario().connected();
		await scenario.speaks('what is on monday');
		await scenario.silence(700);
		const turn = scenario.turn(scenario.started.at(-1) ?? '');
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.speaks('at nine');
		expect(turn.ended?.kind).toBe('interrupted');
		scenario.model().reject(new VoiceError('VOICE_ERR_CANCELLED', 'cancelled'));
		await expect(reply).resolves.toMatchObject({ interrupted: true });
		await scenario.silence(1500);
		const next = scenario.turn(scenario.started.at(-1) ?? '');
		expect(next.text).toBe('what is on monday at nine');
		expect(next.audio).toHaveLength(2);
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(seen(scenario)).toEqual(['user: what is on monday at nine']);
	});
});

describe('tools', () => {
	const tools = [{ name: 'book', description: '', parameters: {}, sayWhileRunning: 'One moment.' }];

	it('are asked for, their filler is spoken, and the model goes on with their results', async () => {
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1')]);
		await expect(reply).resolves.toEqual({ status: 'toolCalls', calls: [toolCallOf('c1')] });
		expect(scenario.page('tool.started')).toMatchObject([{ turnId: turn.id, id: 'c1', name: 'book' }]);
		await scenario.playsPart(PIECE_SAMPLES);
		const rest = scenario.givesResults(turn, ['c1']);
		await settle();
		await scenario.writes('It is booked.');
		await expect(rest).resolves.toMatchObject({ status: 'done', text: 'It is booked.', tools: [{ result: { id: 'c1', ok: true } }] });
		await scenario.plays();
		expect(turn.ended?.kind).toBe('spoken');
		expect(turn.timings.tools).toBe(5);
	});

	it('that the caller interrupts still give their results, and the history has them', async () => {
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		await scenario.plays();
		await scenario.silence(400);
		await scenario.speaks('no i mean on tuesday please');
		expect(turn.ended?.kind).toBe('interrupted');
		await expect(scenario.givesResults(turn, ['c1'])).resolves.toMatchObject({ status: 'done', interrupted: true });
		await scenario.silence(1500);
		void scenario.asksReply(scenario.turn(scenario.started.at(-1) ?? ''), {}, 'e2');
		await settle();
		const calls = scenario.model().params.messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []));
		expect(calls).toMatchObject([{ id: 'c1', result: 'done' }]);
		expect(scenario.page('tool.finished')).toMatchObject([{ id: 'c1', ok: true }]);
	});

	it('give their results even when the call has ended', async () => {
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		scenario.call.end('the caller hung up');
		await settle();
		await expect(scenario.givesResults(turn, ['c1'])).resolves.toMatchObject({ status: 'done', interrupted: true });
	});

	it('that still run after their time limit keep nobody waiting, and the next turn has what they gave', async () => {
		const results = () => scenario.model().params.messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ result }) => result) : []));
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		const rest = scenario.stillRun(turn, ['c1']);
		await settle();
		expect(results()).toEqual([{ status: 'not known yet', note: expect.any(String) }]);
		await scenario.writes('It takes a while.');
		await expect(rest).resolves.toMatchObject({ status: 'done', tools: [{ result: { pending: true } }] });
		expect(scenario.page('tool.finished')).toEqual([]);
		await scenario.plays();
		expect(turn.ended?.kind).toBe('spoken');
		scenario.givesLateResult(turn, 'c1');
		expect(scenario.page('tool.finished')).toMatchObject([{ turnId: turn.id, id: 'c1', name: 'book', ok: true }]);
		expect(turn.timings.tools).toBe(5);
		const next = await scenario.says('and now');
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(results()).toEqual(['done at last']);
		// A client sends it again where it got no answer.
		scenario.givesLateResult(turn, 'c1');
		expect(scenario.page('tool.finished')).toHaveLength(1);
		expect(() => scenario.givesLateResult(turn, 'c9')).toThrow('No late result is awaited');
	});

	it('of which one result is missing are waited for, and none that came is lost', async () => {
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1'), toolCallOf('c2')]);
		await reply;
		await expect(scenario.givesResults(turn, ['c1'])).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
		expect(turn.ended).toBeUndefined();
		const rest = scenario.givesResults(turn, ['c2']);
		await settle();
		await scenario.writes('Both are booked.');
		await expect(rest).resolves.toMatchObject({ tools: [{ result: { id: 'c1' } }, { result: { id: 'c2' } }] });
	});

	it.each([
		['a call that nobody made', ['c1', 'other']],
		['one call twice', ['c1', 'c1']],
	])('refuse results for %s, and take none of them', async (_what, ids) => {
		const { scenario, turn, reply } = await asked({}, { tools });
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		await expect(scenario.givesResults(turn, ids)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
		expect(turn.tools).toMatchObject([{ result: null }]);
		const rest = scenario.givesResults(turn, ['c1']);
		await settle();
		await scenario.writes('It is booked.');
		await expect(rest).resolves.toMatchObject({ status: 'done' });
	});

	it('cannot give results where no reply was asked for', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		await expect(scenario.givesResults(turn, ['c1'])).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	});

	it('beyond the limit are not run: the model is told, and has to answer', async () => {
		const { scenario, turn, reply } = await asked({}, { tools, maxToolCalls: 1 });
		await scenario.writes('', [toolCallOf('c1'), toolCallOf('c2')]);
		await expect(reply).resolves.toEqual({ status: 'toolCalls', calls: [toolCallOf('c1')] });
		expect(scenario.page('tool.started')).toMatchObject([{ id: 'c1' }]);
		const rest = scenario.givesResults(turn, ['c1']);
		await settle();
		expect(scenario.model().params.tools).toEqual([]);
		expect(scenario.model().params.messages.at(-1)).toMatchObject({
			toolCalls: [{ id: 'c1', result: 'done' }, { id: 'c2', result: { code: 'VOICE_ERR_TOOL_LIMIT', error: expect.stringContaining('not run') } }],
		});
		await scenario.writes('Only one is booked.');
		await expect(rest).resolves.toMatchObject({ status: 'done', text: 'Only one is booked.', tools: [{ result: { ok: true } }, { result: { ok: false } }] });
	});

	it('that cannot be run are answered at once, without the node, and the model goes on', async () => {
		const { scenario, reply } = await asked({}, { tools });
		await scenario.writes('', [{ ...toolCallOf('c1'), problem: 'Its arguments cannot be read.' }, toolCallOf('c2', 'quote')]);
		expect(scenario.page('tool.started')).toEqual([]);
		expect(scenario.model().params.messages.at(-1)).toMatchObject({
			toolCalls: [
				{ id: 'c1', result: { code: 'VOICE_ERR_TOOL_ARGUMENTS', error: expect.stringContaining('cannot be read') } },
				{ id: 'c2', result: { code: 'VOICE_ERR_TOOL_UNKNOWN', error: expect.stringContaining('no tool named "quote"') } },
			],
		});
		await scenario.writes('', [toolCallOf('c3')]);
		await expect(reply).resolves.toMatchObject({ status: 'toolCalls', calls: [{ id: 'c3' }] });
	});

	it('that an agent without tools calls all the same: it is asked once more, and its answer is spoken', async () => {
		const { scenario, turn, reply } = await asked();
		await scenario.writes('', [toolCallOf('c1', 'quote')]);
		await scenario.writes('I cannot look that up.');
		await expect(reply).resolves.toMatchObject({ status: 'done', text: 'I cannot look that up.' });
		await scenario.plays();
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('without end are an error, not silence, unless something was answered', async () => {
		const silent = await asked();
		await silent.scenario.writes('', [toolCallOf('c1', 'quote')]);
		await silent.scenario.writes('', [toolCallOf('c2', 'quote')]);
		await expect(silent.reply).rejects.toMatchObject({ code: 'VOICE_ERR_TOOL_UNKNOWN' });
		const answered = await asked();
		await answered.scenario.writes('It is nine.', [toolCallOf('c1', 'quote')]);
		await answered.scenario.writes('', [toolCallOf('c2', 'quote')]);
		await expect(answered.reply).resolves.toMatchObject({ status: 'done', text: 'It is nine.' });
		const promised = await asked({}, { tools, maxToolCalls: 1 });
		await promised.scenario.writes('Let me look.', [toolCallOf('c1')]);
		await promised.reply;
		const rest = promised.scenario.givesResults(promised.turn, ['c1']);
		await settle();
		await promised.scenario.writes('', [toolCallOf('c2')]);
		await promised.scenario.writes('', [toolCallOf('c3')]);
		await expect(rest).rejects.toMatchObject({ code: 'VOICE_ERR_TOOL_LIMIT' });
	});

	it('are not run where the caller went on while the model asked for them', async () => {
		const { scenario, reply } = await asked({}, { tools });
		await scenario.silence(1600);
		await scenario.speaks('no i mean on tuesday please');
		await scenario.writes('', [toolCallOf('c1')]);
		await expect(reply).resolves.toMatchObject({ status: 'done', interrupted: true });
		expect(scenario.page('tool.started')).toEqual([]);
	});
});
