// Guards against: a caller who hears nothing because the voice is gone too, and a recording of another voice or another text.
import { speakSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { FakeProcess, type FakeCall } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol, SpeakEvent } from '../../rpc/inference-protocol';
import type { MediaInput } from '../../rpc/media-protocol';
import { silent } from '../children/fake-child.fixture';
import { AgentVoice } from './agent-voice';
import { KeptPhrases } from './kept-phrases';
import { agentSettings } from '../../contract/agent-settings';
import { soon } from './spoken-utterance.fixture';

const LOST = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.');
const TEXT = 'Sorry, something went wrong. It is 3 p.m.';
const settings = speakSettings.parse({ language: 'en' });

let inference: FakeProcess<InferenceProtocol>;
let phrases: KeptPhrases;
beforeEach(() => {
	inference = new FakeProcess<InferenceProtocol>(LOST);
	inference.onCall = (call) => speaks(call as unknown as FakeCall<InferenceProtocol, 'speak'>);
	phrases = new KeptPhrases(inference, silent);
});

/** A hundred samples for each letter. */
function speaks(call: FakeCall<InferenceProtocol, 'speak'>): void {
	call.onInput = (input) => {
		if (input.type === 'piece') {
			const pcm = new Int16Array(100 * input.text.length).fill(input.piece + 1);
			call.emit({ type: 'doneBy', engine: 'kokoro', replaced: [] }, { type: 'audio', piece: input.piece, pcm, sampleRate: 24_000 }, { type: 'pieceEnd', piece: input.piece, samples: pcm.length });
		} else if (input.type === 'end') call.resolve({ samples: 0, sampleRate: 24_000 });
	};
}

it('is said without inference, with the same sound and by the same voice', async () => {
	const sent: MediaInput[] = [];
	const agent = agentSettings.parse({});
	const voice = new AgentVoice(inference, () => ({ send: (input) => void sent.push(input) }), agent, () => undefined, phrases);
	await voice.keep(settings, TEXT);
	expect(inference.last('speak').params).toMatchObject({ realTime: false });
	inference.refuse(LOST);
	const utterance = voice.say(settings, TEXT);
	await soon();
	expect(sent.map(({ type }) => type)).toEqual(['utterance', 'play', 'play', 'playEnd']);
	expect(sent[0]).toMatchObject({ sampleRate: 24_000 });
	expect(sent.flatMap((input) => (input.type === 'play' ? [input.pcm[0]] : []))).toEqual([1, 2]);
	expect(utterance?.doneBy.engine).toBe('kokoro');
	voice.onMedia({ type: 'played', utteranceId: 'u1', playedSamples: 9999, complete: true, at: 1 });
	await expect(utterance?.finished).resolves.toMatchObject({ complete: true, heard: TEXT });
});

it('can be interrupted', async () => {
	await phrases.keep(settings, TEXT);
	const events: SpeakEvent[] = [];
	const call = (await phrases.find(settings, TEXT)?.ready())?.call('speak', { settings }, (event) => events.push(event));
	call?.cancel();
	await expect(call?.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
});

it.each([
	['another voice', { ...settings, voice: 'awb' }, TEXT],
	['another pace', { ...settings, speed: 1.5 }, TEXT],
	['another text', settings, 'Sorry.'],
])('there is none of %s', async (_what, others, text) => {
	await phrases.keep(settings, TEXT);
	expect(phrases.find(others, text)).toBeUndefined();
	expect(phrases.find({ ...settings, interruptible: false }, TEXT)).toBeDefined();
});

it('is recorded once, however many calls begin; one that failed is tried again by the next', async () => {
	await Promise.all([phrases.keep(settings, TEXT), phrases.keep(settings, TEXT)]);
	expect(inference.of('speak')).toHaveLength(1);
	const failing = new KeptPhrases(inference, silent);
	inference.refuse(LOST);
	await failing.keep(settings, TEXT);
	expect(failing.find(settings, TEXT)).toBeUndefined();
	inference.come();
	await failing.keep(settings, TEXT);
	expect(failing.find(settings, TEXT)).toBeDefined();
});

it('keeps no more than a few', async () => {
	for (let index = 0; index < 40; index++) await phrases.keep(settings, `Sorry ${index}.`);
	const found = Array.from({ length: 40 }, (_, index) => phrases.find(settings, `Sorry ${index}.`)).filter(Boolean);
	expect(found).toHaveLength(16);
	expect(phrases.find(settings, 'Sorry 39.')).toBeDefined();
});
