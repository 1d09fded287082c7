// Guards against: figures said in another language than the caller's, a dialogue that does not know what is audible or
// for which turn, and utterances that go on when all are to stop.
import { agentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { ConversationInput } from '../../dialogue/conversation-events';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaInput } from '../../rpc/media-protocol';
import { AgentVoice } from './agent-voice';
import { soon } from './spoken-utterance.fixture';

/** A call's voice; the test plays inference, media and the dialogue. */
class VoiceOfCall {
	readonly inference = new FakeProcess<InferenceProtocol>(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.'));
	readonly sent: MediaInput[] = [];
	readonly steps: ConversationInput[] = [];
	connected = true;
	readonly settings: ReturnType<(typeof agentSettings)['parse']>;
	readonly voice: AgentVoice;

	constructor(agent: object = {}) {
		this.settings = agentSettings.parse(agent);
		const link = { send: (input: MediaInput) => void this.sent.push(input) };
		this.voice = new AgentVoice(this.inference, () => (this.connected ? link : undefined), this.settings, (input) => this.steps.push(input));
	}

	/** Says it; its first half second is made. */
	async says(text: string, n?: number): Promise<ReturnType<AgentVoice['open']>> {
		const utterance = this.voice.open(this.settings.speak, n);
		utterance?.write(text);
		utterance?.end();
		await soon();
		this.inference.last('speak').emit({ type: 'audio', piece: 0, pcm: new Int16Array(8000), sampleRate: 16_000 });
		return utterance;
	}

	of<T extends ConversationInput['type']>(type: T): Array<Extract<ConversationInput, { type: T }>> {
		return this.steps.filter((step): step is Extract<ConversationInput, { type: T }> => step.type === type);
	}
}

const TEXT = 'It is 3/4/2026.';

it.each([
	['what callers speak', { transcribe: { language: 'de' } }, {}, TEXT],
	['what the voice was told, whatever callers speak', { transcribe: { language: 'de' } }, { language: 'en-GB' }, 'It is April third, twenty twenty-six.'],
	['English where nothing is known', {}, {}, 'It is March fourth, twenty twenty-six.'],
	['English where the recogniser finds out by itself', { transcribe: { language: '' } }, {}, 'It is March fourth, twenty twenty-six.'],
])('speaks %s', async (_what, agent, speak, text) => {
	const call = new VoiceOfCall({ ...agent, speak });
	await call.says(TEXT);
	expect(call.inference.last('speak').of('piece')).toMatchObject([{ text }]);
});

it.each([
	[true, true, true],
	[true, false, false],
	[false, true, false],
])('may be interrupted only where both allow it: the node %s, the trigger %s', async (node, trigger, interruptible) => {
	const call = new VoiceOfCall({ speak: { interruptible: node }, turnTaking: { interruptions: trigger } });
	await call.says('Hello.');
	call.voice.onMedia({ type: 'playing', utteranceId: 'u1', at: 5 });
	expect(call.sent[0]).toMatchObject({ type: 'utterance', interruptible });
	expect(call.of('agentUtteranceStarted')).toMatchObject([{ interruptible }]);
});

it('opens nothing when the call is over', () => {
	const call = new VoiceOfCall();
	call.voice.close();
	expect(call.voice.open(call.settings.speak)).toBeUndefined();
	expect(call.inference.asked).toBe(0);
});

it('tells the dialogue what is written, what becomes audible, what pauses and what was played', async () => {
	const call = new VoiceOfCall();
	await call.says('Hello.', 3);
	call.inference.last('speak').emit({ type: 'pieceEnd', piece: 0, samples: 8000 });
	const utteranceId = 'u1';
	call.voice.onMedia({ type: 'playing', utteranceId, at: 5 });
	call.voice.onMedia({ type: 'audible', utteranceId, at: 6 });
	call.voice.onMedia({ type: 'progress', utteranceId, playedSamples: 1600});
	call.voice.onMedia({ type: 'paused', utteranceId, playedSamples: 8000, at: 7 });
	call.voice.onMedia({ type: 'played', utteranceId, playedSamples: 8000, complete: false, at: 8 });
	expect(call.steps).toEqual([
		{ type: 'agentText', at: expect.any(Number), utteranceId, text: 'Hello.' },
		{ type: 'agentUtteranceStarted', at: 5, utteranceId, interruptible: true, n: 3 },
		{ type: 'agentPaused', at: 7, utteranceId, playedSamples: 8000, heard: 'Hello.' },
		{ type: 'agentUtterancePlayed', at: 8, utteranceId, playedSamples: 8000, complete: false },
	]);
});

it('names no turn for what belongs to none', async () => {
	const call = new VoiceOfCall();
	await call.says('Hello.');
	call.voice.onMedia({ type: 'playing', utteranceId: 'u1', at: 5 });
	expect(call.of('agentUtteranceStarted')[0]).not.toHaveProperty('n');
});

it('does not listen to media about utterances that are over, or that it never opened', async () => {
	const call = new VoiceOfCall();
	const utterance = await call.says('Hello.');
	call.voice.onMedia({ type: 'playing', utteranceId: 'u2', at: 5 });
	utterance?.abandon();
	await soon();
	const { length } = call.steps;
	call.voice.onMedia({ type: 'playing', utteranceId: 'u1', at: 5 });
	call.voice.onMedia({ type: 'played', utteranceId: 'u1', playedSamples: 10, complete: true, at: 5 });
	expect(call.steps).toHaveLength(length);
	expect(call.of('agentUtteranceStarted')).toEqual([]);
});

it('passes each its own events', async () => {
	const call = new VoiceOfCall();
	const marks: string[] = [];
	const first = await call.says('Hello.', 1);
	const second = call.voice.open(call.settings.speak, 2, { onMark: (mark) => marks.push(mark) });
	call.voice.onMedia({ type: 'progress', utteranceId: 'u1', playedSamples: 1600});
	call.voice.onMedia({ type: 'playing', utteranceId: 'u2', at: 5 });
	expect([first?.playedSamples, second?.playedSamples]).toEqual([1600, 0]);
	expect(marks).toEqual(['firstAudioSent']);
	expect(call.of('agentUtteranceStarted')).toMatchObject([{ utteranceId: 'u2', n: 2 }]);
});

it('interrupts all that is being said, sounding or not', async () => {
	const call = new VoiceOfCall();
	const sounding = await call.says('Hello.', 1);
	const silent = call.voice.open(call.settings.speak, 2);
	silent?.write('More');
	await soon();
	call.voice.interruptAll();
	expect(call.sent.at(-1)).toEqual({ type: 'flush' });
	expect(silent?.over).toBe(true);
	expect(sounding?.over).toBe(false);
	call.voice.onMedia({ type: 'played', utteranceId: 'u1', playedSamples: 100, complete: false, at: 9 });
	expect(sounding?.over).toBe(true);
	await soon();
	call.voice.interruptAll();
	expect(call.sent.filter(({ type }) => type === 'flush')).toHaveLength(1);
});

it('abandons all of them, and tells the dialogue how far each was heard', async () => {
	const call = new VoiceOfCall();
	const first = await call.says('Hello.', 1);
	const second = await call.says('More.', 2);
	call.voice.onMedia({ type: 'progress', utteranceId: 'u1', playedSamples: 1600});
	call.voice.close();
	expect([first?.over, second?.over]).toEqual([true, true]);
	expect(call.of('agentUtterancePlayed')).toMatchObject([
		{ utteranceId: 'u1', playedSamples: 1600, complete: false },
		{ utteranceId: 'u2', playedSamples: 0, complete: false },
	]);
	await soon();
	call.voice.close();
	expect(call.of('agentUtterancePlayed')).toHaveLength(2);
});
