// Guards against: a turn that fails though its node is tried again or the workflow goes on another way, one that never
// ends after its last try, and tries that say words or run tools twice.
import { VoiceError } from '../../contract/errors';
import { CallScenario, PIECE_SAMPLES, settle, toolCallOf } from '../calls/call-scenario.fixture';
import type { Turn } from './turn';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const BROKEN = new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.');
const RETRY = { tries: 3, retryAfterMs: 1000 };
const WORK = { run: 0, item: 0 };

async function asked(options: ConstructorParameters<typeof CallScenario>[0] = {}) {
	const scenario = await new CallScenario(options).connected();
	return { scenario, turn: await scenario.says('what is on monday') };
}

async function modelFails(scenario: CallScenario, turn: Turn, ask: Parameters<CallScenario['asksReply']>[1] = {}): Promise<void> {
	const reply = scenario.asksReply(turn, { ...WORK, ...ask });
	await settle();
	scenario.model().reject(BROKEN);
	await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
}

/** The newest voice breaks after its first piece, of which the caller hears all. */
async function voiceBreaks(scenario: CallScenario): Promise<void> {
	await settle();
	scenario.inference.last('speak').emit(
		{ type: 'audio', piece: 0, pcm: new Int16Array(PIECE_SAMPLES), sampleRate: 16_000 },
		{ type: 'pieceEnd', piece: 0, samples: PIECE_SAMPLES },
	);
	scenario.inference.last('speak').reject(BROKEN);
	await scenario.plays();
}

/** The newest voice says its pieces to the end. */
async function voiceSpeaks(scenario: CallScenario): Promise<void> {
	await settle();
	const voice = scenario.inference.last('speak');
	voice.of('piece').forEach(({ piece }) =>
		voice.emit({ type: 'audio', piece, pcm: new Int16Array(PIECE_SAMPLES), sampleRate: 16_000 }, { type: 'pieceEnd', piece, samples: PIECE_SAMPLES }),
	);
	voice.resolve({ samples: PIECE_SAMPLES, sampleRate: 16_000 });
	await scenario.plays();
}

/** All that was given to voices, by utterance. */
function spoken(scenario: CallScenario): string[] {
	return scenario.inference.of('speak').map((voice) => voice.of('piece').map(({ text }) => text).join(' '));
}

describe('a node that is tried again', () => {
	it('fails nothing until its last try, which does at once, with one apology', async () => {
		const { scenario, turn } = await asked();
		for (const n of [1, 2]) {
			await modelFails(scenario, turn);
			scenario.nodeFails(turn, RETRY);
			await scenario.silence(1000);
			expect([n, turn.ended, scenario.page('error')]).toEqual([n, undefined, []]);
		}
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, RETRY);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_MODEL_FAILED' } });
		await scenario.silence(60_000);
		expect(spoken(scenario)).toEqual(['Sorry.']);
		expect(scenario.page('error')).toHaveLength(1);
	});

	it('answers the caller when a later try does well', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, RETRY);
		await scenario.silence(1000);
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.writes('You are free.');
		await expect(reply).resolves.toMatchObject({ text: 'You are free.' });
		await scenario.plays();
		expect(turn.ended?.kind).toBe('spoken');
		expect(scenario.page('error')).toEqual([]);
		expect(spoken(scenario)).toEqual(['You are free.']);
	});

	it('is waited for longer than n8n pauses, whatever the limit for abandoned turns', async () => {
		const { scenario, turn } = await asked({ agent: { limits: { abandonedTurnMs: 2000 } } });
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, { tries: 2, retryAfterMs: 5000 });
		await scenario.silence(6999);
		expect(turn.ended).toBeUndefined();
		await scenario.silence(1);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TURN_ABANDONED', message: expect.stringContaining('The last error was: It broke.') } });
	});

	it('also where it fails before it asks for anything: a bad expression', async () => {
		const { scenario, turn } = await asked();
		const failure = { code: 'VOICE_ERR_BAD_REQUEST', message: 'No such field.', ...RETRY };
		scenario.nodeFails(turn, failure);
		scenario.nodeFails(turn, failure);
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn, failure);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_WORKFLOW_FAILED', message: 'A node: No such field.' } });
	});

	it('in a loop has its tries in every round', async () => {
		const { scenario, turn } = await asked();
		scenario.nodeFails(turn, { run: 0, tries: 2 });
		scenario.nodeFails(turn, { run: 1, tries: 2 });
		scenario.nodeFails(turn, { run: 0, tries: 2, node: 'Another' });
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn, { run: 1, tries: 2 });
		expect(turn.ended?.kind).toBe('failed');
	});

	it('has a try for all of its items: failing first at one, then at another, uses up two', async () => {
		const { scenario, turn } = await asked();
		scenario.nodeFails(turn, { item: 0, tries: 2 });
		scenario.nodeFails(turn, { item: 1, tries: 2 });
		expect(turn.ended?.kind).toBe('failed');
	});

	it('is not counted by another execution', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		expect(() => scenario.nodeFails(turn, { executionId: 'e2' })).toThrow('belongs to the first execution');
		expect(turn.ended).toBeUndefined();
	});

	it('is not waited for where the execution was stopped', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, RETRY);
		scenario.nodeFails(turn, { ...RETRY, code: 'VOICE_ERR_CANCELLED', message: 'The execution was stopped.' });
		expect(turn.ended?.kind).toBe('failed');
	});

	it('goes on though the trigger stopped listening meanwhile', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, RETRY);
		scenario.call.workflowGone('w');
		expect(turn.ended).toBeUndefined();
	});

	it('finds a caller who has gone on: it does nothing more, and its failures are nobody\'s', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		scenario.nodeFails(turn, RETRY);
		await scenario.silence(1500);
		await scenario.speaks('no i mean on tuesday please');
		expect(turn.ended?.kind).toBe('interrupted');
		await expect(scenario.asksReply(turn, WORK)).resolves.toMatchObject({ status: 'done', interrupted: true, text: '' });
		scenario.nodeFails(turn, { tries: 1 });
		await settle();
		expect(scenario.page('error')).toEqual([]);
		expect(spoken(scenario)).toEqual([]);
	});
});

describe('what was done is not done again', () => {
	it('an item that was spoken before another one failed', async () => {
		const { scenario, turn } = await asked({ voiceSpeaks: false });
		const first = scenario.asksSpeech(turn, 'You are free.', { run: 0, item: 0 });
		await voiceSpeaks(scenario);
		const before = await first;
		const second = scenario.asksSpeech(turn, 'All day.', { run: 0, item: 1 });
		await settle();
		scenario.inference.last('speak').reject(BROKEN);
		await expect(second).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		scenario.nodeFails(turn, { ...RETRY, item: 1 });
		await scenario.silence(1000);
		await expect(scenario.asksSpeech(turn, 'You are free.', { run: 0, item: 0 })).resolves.toEqual(before);
		const again = scenario.asksSpeech(turn, 'All day.', { run: 0, item: 1 });
		await voiceSpeaks(scenario);
		await expect(again).resolves.toMatchObject({ heard: 'All day.' });
		expect(spoken(scenario)).toEqual(['You are free.', 'All day.', 'All day.']);
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		expect(scenario.page('reply.heard')).toMatchObject([{ text: 'You are free. All day.' }]);
	});

	it('a node in a loop says the same text in every round', async () => {
		const { scenario, turn } = await asked();
		for (const run of [0, 1]) {
			const speech = scenario.asksSpeech(turn, 'Please hold.', { run, item: 0 });
			await scenario.plays();
			await speech;
		}
		expect(spoken(scenario)).toEqual(['Please hold.', 'Please hold.']);
	});

	it('words: a voice that broke off goes on after the last one that was heard', async () => {
		const { scenario, turn } = await asked({ voiceSpeaks: false });
		const text = 'You are free. All day long.';
		const speech = scenario.asksSpeech(turn, text, WORK);
		await voiceBreaks(scenario);
		await expect(speech).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn, RETRY);
		await scenario.silence(1000);
		const again = scenario.asksSpeech(turn, text, WORK);
		await voiceSpeaks(scenario);
		await expect(again).resolves.toMatchObject({ heard: text, interrupted: false, spokenMs: 1000 });
		expect(spoken(scenario).at(-1)).toBe('All day long.');
		await scenario.silence(150);
		expect(scenario.page('reply.heard')).toMatchObject([{ text, interrupted: false }]);
		expect(scenario.page('error')).toEqual([]);
	});

	it('words: another node with another voice says the rest of the same text, and all of another one', async () => {
		const { scenario, turn } = await asked({ voiceSpeaks: false });
		const text = 'You are free. All day long.';
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.writes(text);
		await reply;
		const ahead = scenario.asksSpeech(turn, text, { ...WORK, node: 'First' });
		await voiceBreaks(scenario);
		await expect(ahead).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		const second = scenario.asksSpeech(turn, text, { ...WORK, node: 'Second' });
		await settle();
		scenario.inference.last('speak').reject(BROKEN);
		await expect(second).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		const third = scenario.asksSpeech(turn, 'Please call again.', { ...WORK, node: 'Third' });
		await voiceSpeaks(scenario);
		await expect(third).resolves.toMatchObject({ heard: 'Please call again.' });
		await scenario.silence(150);
		expect(spoken(scenario).slice(1)).toEqual(['All day long.', 'Please call again.']);
		expect(turn.ended?.kind).toBe('spoken');
		expect(scenario.page('reply.heard')).toMatchObject([{ text: 'You are free. Please call again.' }]);
		expect(scenario.page('error')).toEqual([]);
	});

	it('words: a model that broke off goes on from what was spoken', async () => {
		const { scenario, turn } = await asked();
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.begins('You are free. The');
		scenario.model().reject(BROKEN);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		scenario.nodeFails(turn, RETRY);
		await scenario.silence(1000);
		const again = scenario.asksReply(turn, WORK);
		await settle();
		expect(scenario.model().params.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'You are free. The' });
		await scenario.writes('whole day.');
		await expect(again).resolves.toMatchObject({ text: 'You are free. The whole day.' });
		const speech = scenario.asksSpeech(turn, 'You are free. The whole day.');
		await scenario.plays();
		await scenario.plays();
		await expect(speech).resolves.toMatchObject({ heard: 'You are free. The whole day.', lookAhead: true, interrupted: false });
		expect(spoken(scenario)).toEqual(['You are free. The', 'whole day.']);
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		const next = await scenario.says('and on tuesday');
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(scenario.model().params.messages.slice(1).map(({ content }) => content)).toEqual(['what is on monday', 'You are free. The whole day.', 'and on tuesday']);
	});

	it('words that nobody heard are written anew', async () => {
		const { scenario, turn } = await asked();
		const reply = scenario.asksReply(turn, { ...WORK, speak: null });
		await settle();
		await scenario.begins('You are');
		scenario.model().reject(BROKEN);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		scenario.nodeFails(turn, RETRY);
		const again = scenario.asksReply(turn, { ...WORK, speak: null });
		await settle();
		expect(scenario.model().params.messages.at(-1)).toMatchObject({ role: 'user' });
		await scenario.writes('The day is yours.');
		await expect(again).resolves.toMatchObject({ text: 'The day is yours.' });
	});

	it.each([['another try', {}], ['another node in its place', { node: 'Llama Chat 2' }]])('tools: %s goes on from their results', async (_who, who) => {
		const { scenario, turn } = await asked();
		const tools = [{ name: 'book', description: '', parameters: {}, sayWhileRunning: '' }];
		const reply = scenario.asksReply(turn, { ...WORK, tools });
		await settle();
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		const rest = scenario.givesResults(turn, ['c1']);
		await settle();
		scenario.model().reject(BROKEN);
		await expect(rest).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		const again = scenario.asksReply(turn, { ...WORK, tools, ...who });
		await settle();
		expect(scenario.model().params.messages.slice(1)).toMatchObject([{ role: 'user' }, { role: 'assistant', toolCalls: [{ id: 'c1', result: 'done' }] }]);
		await scenario.writes('It is booked.');
		await expect(again).resolves.toMatchObject({ status: 'done', text: 'It is booked.', tools: [{ result: { id: 'c1' } }] });
		expect(scenario.page('tool.started')).toHaveLength(1);
	});

	it('a reply that was written before another item failed', async () => {
		const { scenario, turn } = await asked();
		const first = scenario.asksReply(turn, { run: 0, item: 0, prompt: 'one', speak: null });
		await settle();
		await scenario.writes('First.');
		const before = await first;
		await modelFails(scenario, turn, { run: 0, item: 1, prompt: 'two', speak: null });
		scenario.nodeFails(turn, { ...RETRY, item: 1 });
		await expect(scenario.asksReply(turn, { run: 0, item: 0, prompt: 'one', speak: null })).resolves.toEqual(before);
		expect(scenario.inference.of('chat')).toHaveLength(2);
	});
});

describe('a workflow that goes on after a failure', () => {
	it('and says something else: that is the answer', async () => {
		const { scenario, turn } = await asked();
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.begins('You are free. The');
		scenario.model().reject(BROKEN);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		await scenario.plays();
		await scenario.silence(3000);
		expect(turn.ended).toBeUndefined();
		const speech = scenario.asksSpeech(turn, 'I could not look it up.');
		await scenario.plays();
		await expect(speech).resolves.toMatchObject({ heard: 'I could not look it up.' });
		await scenario.silence(150);
		expect(turn.ended?.kind).toBe('spoken');
		await scenario.silence(60_000);
		expect(scenario.page('error')).toEqual([]);
		expect(spoken(scenario)).not.toContain('Sorry.');
		expect(scenario.page('reply.heard')).toMatchObject([{ text: 'You are free. The I could not look it up.' }]);
	});

	it('and says nothing: it is given up at the limit, and the apology is said once', async () => {
		const { scenario, turn } = await asked();
		await modelFails(scenario, turn);
		await scenario.silence(9999);
		expect(turn.ended).toBeUndefined();
		await scenario.silence(1);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TURN_ABANDONED', message: 'The workflow stopped before it spoke. The last error was: It broke.' } });
		await scenario.silence(60_000);
		expect(spoken(scenario)).toEqual(['Sorry.']);
	});

	it('after words of a model that then failed: they are no answer', async () => {
		const { scenario, turn } = await asked();
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.begins('You are free. The');
		scenario.model().reject(BROKEN);
		await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		await scenario.plays();
		await scenario.silence(10_000);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TURN_ABANDONED' } });
	});

	it('whose voice breaks before its node asks: the node is told, and says what becomes of it', async () => {
		const { scenario, turn } = await asked({ voiceSpeaks: false });
		const reply = scenario.asksReply(turn, WORK);
		await settle();
		await scenario.writes('You are free. All day long.');
		await reply;
		await voiceBreaks(scenario);
		await scenario.silence(5000);
		expect(turn.ended).toBeUndefined();
		await expect(scenario.asksSpeech(turn, 'You are free. All day long.')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		await scenario.silence(10_000);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_TURN_ABANDONED' } });
	});

	it('whose voice breaks when its node has gone on: nobody else can say it, so the turn fails', async () => {
		const { scenario, turn } = await asked({ voiceSpeaks: false });
		await scenario.asksSpeech(turn, 'You are free. All day long.', { waitForEnd: false });
		await voiceBreaks(scenario);
		expect(turn.ended).toBeUndefined();
		await scenario.silence(150);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_MODEL_FAILED' } });
	});
});

describe('a node that fails when the turn is over', () => {
	it('and another one had said a filler only: the caller is told', async () => {
		const { scenario, turn } = await asked();
		const filler = scenario.asksSpeech(turn, 'One moment.');
		await scenario.plays();
		await filler;
		await scenario.silence(2000);
		expect(turn.ended?.kind).toBe('spoken');
		await modelFails(scenario, turn);
		scenario.nodeFails(turn);
		await settle();
		expect(scenario.page('error')).toMatchObject([{ turnId: turn.id, error: { code: 'VOICE_ERR_MODEL_FAILED' } }]);
		expect(spoken(scenario)).toEqual(['One moment.', 'Sorry.']);
	});

	it('and the caller has had an answer: nothing is said', async () => {
		const { scenario, turn } = await asked();
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.writes('You are free.');
		await reply;
		await scenario.plays();
		scenario.nodeFails(turn);
		await settle();
		expect(scenario.page('error')).toEqual([]);
		expect(spoken(scenario)).toEqual(['You are free.']);
	});

	it('and the caller is in the next one: nothing is said', async () => {
		const { scenario, turn } = await asked();
		const filler = scenario.asksSpeech(turn, 'One moment.');
		await scenario.plays();
		await filler;
		await scenario.silence(1000);
		await scenario.says('and on tuesday');
		scenario.nodeFails(turn);
		expect(scenario.page('error')).toEqual([]);
	});
});

it('an execution that is stopped while the agent speaks: what it says is said to its end, without an apology', async () => {
	const { scenario, turn } = await asked();
	void scenario.asksSpeech(turn, 'You are free.');
	await settle();
	scenario.nodeFails(turn, { code: 'VOICE_ERR_CANCELLED' });
	await scenario.plays();
	expect(turn.ended).toBeUndefined();
	await scenario.silence(150);
	expect(turn.ended?.kind).toBe('spoken');
});
