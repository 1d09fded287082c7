// Guards against: turns that never end or end twice, answers to a caller who has gone on, and a history of what nobody heard.
import { speakSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { CallScenario, PIECE_SAMPLES, settle, toolCallOf } from '../calls/call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

async function called(options: ConstructorParameters<typeof CallScenario>[0] = {}) {
	return await new CallScenario(options).connected();
}

/** A turn whose reply is written and waits to be played. */
async function answered(scenario: CallScenario, text = 'You are free.') {
	const turn = await scenario.says('what is on monday');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.writes(text);
	await reply;
	return turn;
}

test('a call in which nothing was said is kept by no timer once it is over: a rush of such calls does not fill the memory', async () => {
	const silent = await called();
	silent.call.end('over');
	await settle();
	expect(silent.ended).toHaveLength(1);
	expect(jest.getTimerCount()).toBe(0);
	// The turns of any other are asked about for a while.
	const spoken = await called();
	const { id } = await spoken.says('what is on monday');
	spoken.call.end('over');
	await settle();
	expect(spoken.forgotten).toEqual([]);
	await jest.advanceTimersByTimeAsync(120_000);
	expect(spoken.forgotten).toEqual([id]);
});

describe('a turn', () => {
	it('is handed to n8n once, with what was heard', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		expect(scenario.dispatched.filter(({ event }) => event === 'turn')).toMatchObject([{ turnId: turn.id, turn: 1, heard: 'what is on monday', understood: true, durationMs: 400 }]);
		expect(scenario.page('caption.final')).toMatchObject([{ turnId: turn.id, text: 'what is on monday', understood: true }]);
	});

	it('ends when its last sound is played; the caller has the floor then', async () => {
		const scenario = await called();
		const turn = await answered(scenario);
		expect(turn.ended).toBeUndefined();
		await scenario.plays();
		expect(turn.ended).toEqual({ kind: 'spoken' });
		expect(scenario.page('turn.finished')).toMatchObject([{ turnId: turn.id, timings: { agent_speech: 500 } }]);
		expect(scenario.page('state').at(-1)?.state).toBe('listening');
	});

	it('whose reply is longer than it may be ends there, and the model stops', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn, { speak: speakSettings.parse({ longestSpeech: 1 }) });
		await settle();
		const model = scenario.model();
		model.onCancel = () => model.reject(new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.'));
		await scenario.begins('You are free. All day long. On tuesday, too. And on');
		expect(model.cancelled).toBe(true);
		expect(await reply).toMatchObject({ status: 'done', interrupted: true });
		await scenario.plays();
		expect(turn.ended).toEqual({ kind: 'spoken' });
		expect(scenario.page('reply.heard').at(-1)).toMatchObject({ text: 'You are free. All day long.', interrupted: true, reachedLimit: true });
		expect(scenario.page('state').at(-1)?.state).toBe('listening');
	});

	it('has its sound still to be transcribed where there was no look-ahead', async () => {
		const scenario = await called({ agent: { transcribe: null } });
		const link = scenario.link();
		link.emit({ type: 'speechStarted', at: 64, speechAt: 0 }, { type: 'audio', at: 64, pcm: new Int16Array(1600) });
		await scenario.silence(600);
		link.emit({ type: 'speechStopped', at: 600, speechEndAt: 400 });
		await scenario.silence(2000);
		const turn = scenario.turn(scenario.started.at(-1) ?? '');
		expect(turn.recognised).toBe(false);
		expect(turn.audio).toHaveLength(1);
		expect(scenario.page('caption.final')).toEqual([]);
	});

	it('fails at once where n8n cannot be reached, and the caller is told', async () => {
		const scenario = await called();
		scenario.dispatch = async () => await Promise.reject(new VoiceError('VOICE_ERR_NOT_LISTENING', 'No workflow listens.'));
		const turn = await scenario.says('what is on monday');
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_NOT_LISTENING' } });
		expect(scenario.inference.last('speak').of('piece')).toMatchObject([{ text: 'Sorry.' }]);
		expect(scenario.log).toContain('warn turn failed VOICE_ERR_NOT_LISTENING');
	});

	it('is told on the page only, where there is no apology', async () => {
		const scenario = await called({ agent: { apology: '' } });
		scenario.dispatch = async () => await Promise.reject(new VoiceError('VOICE_ERR_NOT_LISTENING', 'No workflow listens.'));
		await scenario.says('what is on monday');
		expect(scenario.inference.of('speak')).toEqual([]);
		expect(scenario.page('error')).toHaveLength(1);
	});

	it('that nobody takes up is given up after its limit, and not before', async () => {
		const scenario = await called({ agent: { limits: { abandonedTurnMs: 5000 } } });
		const turn = await scenario.says('what is on monday');
		const left = 5000 - 1500;
		await scenario.silence(left - 1);
		expect(turn.ended).toBeUndefined();
		await scenario.silence(1500);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TURN_ABANDONED', message: 'No node answered the turn.' } });
	});

	it('that a workflow leaves without speaking is given up too', async () => {
		const scenario = await called({ agent: { limits: { abandonedTurnMs: 5000 } } });
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn, { speak: null });
		await settle();
		await scenario.writes('You are free.');
		await reply;
		await scenario.silence(5000);
		expect(turn.ended?.error?.message).toBe('The workflow stopped before it spoke.');
	});

	it('is not given up while a node asks, its tools run or its sound plays', async () => {
		const scenario = await called({ agent: { limits: { abandonedTurnMs: 5000, idleTimeoutMs: 3_600_000 } } });
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn, { tools: [{ name: 'book', description: '', parameters: {}, sayWhileRunning: '' }] });
		await scenario.silence(29_000);
		expect(turn.ended).toBeUndefined();
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		await scenario.silence(599_000);
		expect(turn.ended).toBeUndefined();
		const rest = scenario.givesResults(turn, ['c1']);
		await settle();
		await scenario.writes('It is booked.');
		await rest;
		await scenario.playsPart(100);
		await scenario.silence(60_000);
		expect(turn.ended).toBeUndefined();
		await scenario.plays();
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('whose tool never answers is given up after ten minutes', async () => {
		const scenario = await called({ agent: { limits: { idleTimeoutMs: 3_600_000 } } });
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn, { tools: [{ name: 'book', description: '', parameters: {}, sayWhileRunning: '' }] });
		await settle();
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		await scenario.silence(600_000);
		expect(turn.ended?.error?.code).toBe('VOICE_ERR_WORKFLOW_GONE');
	});

	it('is answered by one execution: a second one is refused, and changes nothing', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await expect(scenario.asksReply(turn, {}, 'e2')).rejects.toMatchObject({ code: 'VOICE_ERR_TURN_CLAIMED' });
		await scenario.writes('You are free.');
		await expect(reply).resolves.toMatchObject({ text: 'You are free.' });
		expect(scenario.inference.of('chat')).toHaveLength(1);
	});

	it('cannot be found after eight others', async () => {
		const scenario = await called({ agent: { limits: { idleTimeoutMs: 3_600_000 } } });
		const first = await scenario.says('what is on monday');
		for (let n = 0; n < 8; n++) await scenario.says('what is on monday');
		expect(scenario.forgotten).toEqual([first.id]);
		expect(scenario.call.api.find(first.id)).toBeUndefined();
	});

	it('is remembered as long as the result of a tool is to come', async () => {
		const scenario = await called({ agent: { limits: { idleTimeoutMs: 3_600_000 } } });
		const first = await scenario.says('what is on monday');
		const reply = scenario.asksReply(first, { tools: [{ name: 'book', description: '', parameters: {}, sayWhileRunning: '' }] });
		await settle();
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		void scenario.stillRun(first, ['c1']);
		await settle();
		await scenario.writes('It takes a while.');
		const others = [];
		for (let n = 0; n < 9; n++) others.push(await scenario.says('what is on monday'));
		expect(scenario.forgotten).toEqual(others.slice(0, 2).map(({ id }) => id));
		scenario.givesLateResult(first, 'c1');
		await scenario.says('what is on monday');
		expect(scenario.forgotten).toContain(first.id);
	});
});

describe('an interruption', () => {
	it('stops voice and sound, and the history is cut to what was heard', async () => {
		const scenario = await called();
		const turn = await answered(scenario, 'You are free. All day. Until six.');
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on tuesday please');
		expect(scenario.link().of('flush').length).toBeGreaterThan(0);
		expect(turn.ended?.kind).toBe('interrupted');
		await settle();
		expect(scenario.page('reply.heard').at(-1)).toMatchObject({ turnId: turn.id, text: 'You are free.', interrupted: true });
	});

	it('of a node that still speaks answers it with what was heard', async () => {
		const scenario = await called();
		const turn = await answered(scenario, 'You are free. All day.');
		const speech = scenario.asksSpeech(turn, 'You are free. All day.');
		await scenario.playsPart(PIECE_SAMPLES);
		await scenario.speaks('no i mean on tuesday please');
		await expect(speech).resolves.toMatchObject({ heard: 'You are free.', interrupted: true, lookAhead: true });
	});

	it('comes before the node speaks: nothing is spoken', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn, { speak: null });
		await settle();
		await scenario.writes('You are free.');
		await reply;
		await scenario.silence(400);
		await scenario.speaks('no i mean on tuesday please');
		await expect(scenario.asksSpeech(turn, 'You are free.')).resolves.toMatchObject({ heard: '', interrupted: true });
		expect(scenario.inference.of('speak')).toEqual([]);
	});

	it('comes while the turn before is still being written down: nothing is spoken after it', async () => {
		const scenario = await called({ agent: { greeting: 'Hello there.' } });
		const turn = await scenario.says('what is on monday');
		// The greeting is not over: what the node speaks waits for it.
		const speech = scenario.asksSpeech(turn, 'You are free.');
		await scenario.silence(400);
		await scenario.speaks('no i mean on tuesday please');
		await expect(speech).resolves.toMatchObject({ heard: '', interrupted: true });
		expect(scenario.inference.of('speak')).toHaveLength(1);
	});

	it('by the button counts as speech does', async () => {
		const scenario = await called();
		const turn = await answered(scenario);
		await scenario.playsPart(100);
		scenario.link().emit({ type: 'request', json: '{"type":"interrupt"}' });
		await settle();
		expect(turn.ended?.kind).toBe('interrupted');
	});

	it('of a turn that has failed changes nothing of it', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		scenario.call.api.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_FAILED', 'Transcribe: no.'));
		await settle();
		await scenario.speaks('no i mean on tuesday please');
		expect(turn.ended?.kind).toBe('failed');
	});
});

describe('the speaking node', () => {
	it('without look-ahead speaks all of its text, which the history then has', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const speech = scenario.asksSpeech(turn, 'You are free.');
		await scenario.plays();
		await expect(speech).resolves.toMatchObject({ heard: 'You are free.', interrupted: false, lookAhead: false, spokenMs: 500 });
		// Another node may follow.
		expect(turn.ended).toBeUndefined();
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('may be followed by another one in the same turn', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const first = scenario.asksSpeech(turn, 'You are free.');
		await scenario.plays();
		await first;
		await scenario.silence(100);
		const second = scenario.asksSpeech(turn, 'All day.');
		await scenario.silence(1000);
		expect(turn.ended).toBeUndefined();
		await scenario.plays();
		await second;
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		expect(turn.speech.heard).toBe('You are free. All day.');
	});

	it('that speaks another text than was written takes its place', async () => {
		const scenario = await called();
		const turn = await answered(scenario, 'You are free.');
		const speech = scenario.asksSpeech(turn, 'You are busy.');
		await settle();
		await scenario.plays();
		await expect(speech).resolves.toMatchObject({ heard: 'You are busy.', lookAhead: false });
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		const next = await scenario.says('and on tuesday');
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(scenario.model().params.messages.map(({ content }) => content)).toEqual(['', 'what is on monday', 'You are busy.', 'and on tuesday']);
	});

	it('whose voice breaks is told why, and its last word fails the turn with that reason', async () => {
		const scenario = await called({ voiceSpeaks: false });
		const turn = await scenario.says('what is on monday');
		const speech = scenario.asksSpeech(turn, 'You are free.');
		await settle();
		scenario.inference.last('speak').reject(new VoiceError('VOICE_ERR_TOO_SLOW', 'The voice does not keep up.'));
		await expect(speech).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_SLOW' });
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn, { code: 'VOICE_ERR_TOO_SLOW' });
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TOO_SLOW' } });
	});

	it('is refused in a turn that has failed', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		scenario.call.api.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_FAILED', 'Llama Chat: no.'));
		await expect(scenario.asksSpeech(turn, 'You are free.')).rejects.toMatchObject({ code: 'VOICE_ERR_WORKFLOW_FAILED' });
	});

	it('comes after the end of its turn, and is heard outside of it', async () => {
		const scenario = await called();
		const turn = await answered(scenario);
		await scenario.plays();
		const late = scenario.asksSpeech(turn, 'By the way.');
		await scenario.plays();
		await expect(late).resolves.toMatchObject({ heard: 'By the way.' });
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('is told that the call has ended', async () => {
		const scenario = await called();
		const turn = await answered(scenario);
		await scenario.plays();
		scenario.call.end('the caller hung up');
		await settle();
		await expect(scenario.asksSpeech(turn, 'By the way.')).rejects.toMatchObject({ code: 'VOICE_ERR_TURN_ENDED' });
	});
});

describe('n8n', () => {
	it('that goes away while it answers fails the turn', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		const gone = new AbortController();
		void scenario.asksReply(turn, {}, 'e1', gone);
		await settle();
		gone.abort();
		await settle();
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_WORKFLOW_GONE' } });
		expect(scenario.model().cancelled).toBe(true);
	});

	it('that goes away while the agent speaks lets it finish', async () => {
		const scenario = await called();
		const turn = await answered(scenario);
		const gone = new AbortController();
		void scenario.asksSpeech(turn, 'You are free.', {}, 'e1', gone);
		await settle();
		gone.abort();
		await scenario.plays();
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('that closes its trigger fails the turn that waits for it, but not one that it answers or that speaks', async () => {
		const waiting = await called();
		const turn = await waiting.says('what is on monday');
		waiting.call.workflowGone('another');
		expect(turn.ended).toBeUndefined();
		waiting.call.workflowGone('w');
		expect(turn.ended?.error?.code).toBe('VOICE_ERR_WORKFLOW_GONE');
		const answering = await called();
		const asked = await answering.says('what is on monday');
		void answering.asksReply(asked);
		await settle();
		answering.call.workflowGone('w');
		expect(asked.ended).toBeUndefined();
		const speaking = await called();
		const spoken = await answered(speaking);
		speaking.call.workflowGone('w');
		expect(spoken.ended).toBeUndefined();
	});

	it('is told of the start and the end of calls only where the workflow is published', async () => {
		const test = await called({ mode: 'test' });
		await test.says('what is on monday');
		test.call.end('idle');
		await settle();
		expect(test.dispatched.map(({ event }) => event)).toEqual(['turn']);
	});
});

describe('the end of the call', () => {
	it('interrupts the turn under way: the node is told what was heard', async () => {
		const scenario = await called();
		const turn = await answered(scenario, 'You are free. All day.');
		const speech = scenario.asksSpeech(turn, 'You are free. All day.');
		await scenario.playsPart(PIECE_SAMPLES);
		scenario.call.end('the caller hung up');
		await expect(speech).resolves.toMatchObject({ heard: 'You are free.', interrupted: true });
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'sessionEnded', turns: 1 });
	});

	it('ends a turn that nobody took up, without an apology to nobody', async () => {
		const scenario = await called();
		const turn = await scenario.says('what is on monday');
		scenario.call.end('the caller hung up');
		await scenario.silence(60_000);
		expect(turn.ended?.kind).toBe('interrupted');
		expect(scenario.inference.of('speak')).toEqual([]);
	});
});
