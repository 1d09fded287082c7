// Guards against: a caller who never learns that a turn failed, or is cut off to be told.
import { agentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaInput } from '../../rpc/media-protocol';
import { AgentVoice } from './agent-voice';
import { tellOfFailure } from './failed-turn';
import { INFERENCE_LOST, soon } from './spoken-utterance.fixture';
import { Turn } from './turn';

const error = new VoiceError('VOICE_ERR_TURN_ABANDONED', 'No node took up the turn.');

function failing({ apology = 'Sorry.' } = {}) {
	const inference = new FakeProcess<InferenceProtocol>(INFERENCE_LOST);
	const sent: MediaInput[] = [];
	const told: PageEvent[] = [];
	const agent = agentSettings.parse({ apology, speak: { voice: 'slt' } });
	const link = { send: (input: MediaInput) => void sent.push(input) };
	const steps: Array<{ type: string }> = [];
	const voice = new AgentVoice(inference, () => link, agent, (input) => steps.push(input));
	const turn = new Turn({ n: 1, text: 'hello' } as never, []);
	const fail = async (): Promise<void> => {
		tellOfFailure(turn, error, { agent, voice, tell: (event) => told.push(event) });
		await soon();
	};
	return { inference, sent, told, voice, agent, turn, fail };
}

it('shows the error on the page, and says the apology with the trigger\'s voice', async () => {
	const { inference, told, turn, fail } = failing();
	await fail();
	expect(told).toEqual([{ type: 'error', error: error.toShape(), turnId: turn.id }]);
	expect(inference.of('speak')).toHaveLength(1);
	expect(inference.last('speak').inputs).toEqual([{ type: 'piece', piece: 0, text: 'Sorry.' }, { type: 'end' }]);
	expect(inference.last('speak').params.settings.voice).toBe('slt');
	// The voice may be what failed.
	expect(inference.last('speak').params.settings.fallbacks).toEqual([{ engine: 'flite', voice: '' }]);
	expect(turn.speech.goesOn).toBe(false);
});

it('lets the agent end its sentence first', async () => {
	const { inference, sent, voice, agent, turn, fail } = failing();
	const reply = voice.open(agent.speak, 1);
	if (reply) turn.speaksBy(reply);
	reply?.write('You are');
	await fail();
	const [first, before] = inference.of('speak');
	expect(before).toBeUndefined();
	expect(first?.inputs).toEqual([{ type: 'piece', piece: 0, text: 'You are' }, { type: 'end' }]);
	expect(first?.cancelled).toBe(false);
	first?.resolve({ samples: 0, sampleRate: 0 });
	await soon();
	expect(inference.of('speak')[1]?.of('piece')).toMatchObject([{ text: 'Sorry.' }]);
	expect(sent).toEqual([]);
});

it('says nothing where the trigger has no apology', async () => {
	const { inference, told, fail } = failing({ apology: '' });
	await fail();
	expect(told).toHaveLength(1);
	expect(inference.asked).toBe(0);
});

it('survives a call that is over', async () => {
	const { inference, told, voice, fail } = failing();
	voice.close();
	await fail();
	expect(told).toHaveLength(1);
	expect(inference.asked).toBe(0);
});
