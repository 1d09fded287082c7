// Guards against: text that is recognised twice or with other settings than the node's, and errors of a node that end a turn that could go on.
import { transcribeSettings } from '../../contract/agent-settings';
import { transcriptAsk } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { Turn } from './turn';
import { CallScenario, settle } from '../calls/call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

function asksTranscript(scenario: CallScenario, turn: Turn, settings: object = {}) {
	const ask = transcriptAsk.parse({ executionId: 'e1', node: 'Transcribe', settings });
	const { signal } = new AbortController();
	const transcript = scenario.call.api.asked(turn, 'e1', signal, async () => await scenario.call.api.transcript(turn, ask));
	transcript.catch(() => undefined);
	return transcript;
}

const DONE = { text: 'on monday', understood: true, confidence: 0.8, durationMs: 400, computeMs: 50, engine: 'whisper', replaced: [] };

describe('Transcribe', () => {
	it('is given the text that is already there', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		await expect(asksTranscript(scenario, turn)).resolves.toMatchObject({ text: 'what is on monday', understood: true, lookAhead: true, note: '', engine: 'pack:listen' });
		expect(scenario.inference.of('transcribe')).toEqual([]);
	});

	it('with other settings than the trigger read has the sound recognised again', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const transcript = asksTranscript(scenario, turn, { model: 'whisper' });
		await settle();
		const call = scenario.inference.last('transcribe');
		expect(call.params.settings.model).toBe('whisper');
		expect(call.params.pcm).toHaveLength(1);
		call.resolve(DONE);
		await expect(transcript).resolves.toMatchObject({ text: 'on monday', lookAhead: false, note: 'The settings changed after the call had begun.', engine: 'whisper' });
		expect(scenario.page('caption.final').at(-1)).toMatchObject({ text: 'on monday' });
	});

	it('says why there was no look-ahead', async () => {
		const scenario = await new CallScenario({ agent: { transcribe: transcribeSettings.parse({}), transcribeNote: 'The model is an expression.' } }).connected();
		const turn = await scenario.says('what is on monday');
		const transcript = asksTranscript(scenario, turn, { model: 'whisper' });
		await settle();
		scenario.inference.last('transcribe').resolve(DONE);
		await expect(transcript).resolves.toMatchObject({ note: 'The model is an expression.' });
	});

	it('whose model fails is told so, and fails the turn with its last word only', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const transcript = asksTranscript(scenario, turn, { model: 'whisper' });
		await settle();
		scenario.inference.last('transcribe').reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
		await expect(transcript).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(turn.ended).toBeUndefined();
		scenario.nodeFails(turn);
		expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_MODEL_FAILED', message: 'It broke.' } });
	});

	it('whose settings are wrong is told so, and the turn goes on until the node gives up', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const transcript = asksTranscript(scenario, turn, { model: 'nowhere' });
		await settle();
		scenario.inference.last('transcribe').reject(new VoiceError('VOICE_ERR_MODEL_MISSING', 'There is no model.'));
		await expect(transcript).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		expect(turn.ended).toBeUndefined();
		scenario.call.api.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_FAILED', 'Transcribe: There is no model.'));
		expect(turn.ended?.kind).toBe('failed');
	});
});

it('does not fail a turn twice when n8n goes away after its error', async () => {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('what is on monday');
	const gone = new AbortController();
	const reply = scenario.asksReply(turn, {}, 'e1', gone);
	await settle();
	scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
	await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	scenario.nodeFails(turn);
	gone.abort();
	await settle();
	expect(turn.ended?.error?.code).toBe('VOICE_ERR_MODEL_FAILED');
	expect(scenario.page('error')).toHaveLength(1);
});

it('two replies in one turn: the later one counts', async () => {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('what is on monday');
	const first = scenario.asksReply(turn, { speak: null });
	await settle();
	await scenario.writes('You are free.');
	await first;
	const second = scenario.asksReply(turn, { prompt: 'say it nicer' });
	await settle();
	await scenario.writes('You have the whole day to yourself.');
	await expect(second).resolves.toMatchObject({ text: 'You have the whole day to yourself.' });
	await scenario.plays();
	expect(turn.ended?.kind).toBe('spoken');
	expect(turn.speech.heard).toBe('You have the whole day to yourself.');
});

describe('Orpheus Speak', () => {
	it.each([
		['nothing', '', /is empty/],
		['marks', '... \u{1f44d}', /has no words/],
	])('that is given %s says so, and leaves the turn to the workflow', async (_what, text, message) => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		await expect(scenario.asksSpeech(turn, text)).rejects.toMatchObject({ code: 'VOICE_ERR_NOTHING_TO_SAY', message: expect.stringMatching(message) });
		expect(turn.ended).toBeUndefined();
		expect(scenario.inference.of('speak')).toEqual([]);
	});

	it('whose voice makes no sound fails, and the turn is not taken for spoken', async () => {
		const scenario = await new CallScenario({ voiceSpeaks: false }).connected();
		const turn = await scenario.says('what is on monday');
		const speech = scenario.asksSpeech(turn, '\u660e\u5929\u3002');
		await settle();
		scenario.inference.last('speak').resolve({ samples: 0, sampleRate: 0 });
		await expect(speech).rejects.toMatchObject({ code: 'VOICE_ERR_NOTHING_TO_SAY', message: expect.stringContaining('makes no sound') });
		await settle();
		expect(turn.ended?.kind).not.toBe('spoken');
	});

	it('of another execution than the one that asked first is told whose the turn is, and why', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		void scenario.asksReply(turn);
		await settle();
		await expect(scenario.asksSpeech(turn, 'Hello.', {}, 'e2')).rejects.toMatchObject({
			code: 'VOICE_ERR_TURN_CLAIMED',
			message: expect.stringMatching(/first execution that asks about it, which is e1\. This is execution e2: a sub-workflow/),
		});
	});
});
