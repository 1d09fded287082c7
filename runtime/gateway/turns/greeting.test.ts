// Guards against: a model that believes the caller heard a greeting that was cut, and a call that waits for a greeting that cannot be said.
import { agentSettings } from '../../contract/agent-settings';
import type { PageEvent } from '../../contract/page-events';
import { History } from '../../dialogue/history/history';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { AgentVoice } from './agent-voice';
import { sayGreeting } from './greeting';
import { INFERENCE_LOST, soon } from './spoken-utterance.fixture';

const GREETING = 'Hello there.\nHow can I help?';

function greets({ greeting = GREETING, over = false } = {}) {
	const inference = new FakeProcess<InferenceProtocol>(INFERENCE_LOST);
	const history = new History();
	const told: PageEvent[] = [];
	const agent = agentSettings.parse({ greeting });
	const voice = new AgentVoice(inference, () => ({ send: () => undefined }), agent, () => undefined);
	if (over) voice.close();
	const said = sayGreeting(agent, { voice, history, turns: { settleAfter: () => undefined }, tell: (event) => told.push(event) });
	/** Half a second for each of the two sentences. */
	const speaks = async (): Promise<void> => {
		await soon();
		for (const piece of [0, 1]) {
			inference.last('speak').emit({ type: 'audio', piece, pcm: new Int16Array(8000), sampleRate: 16_000 }, { type: 'pieceEnd', piece, samples: 8000 });
		}
	};
	const played = (playedSamples: number, complete: boolean): void => voice.onMedia({ type: 'played', utteranceId: 'u1', playedSamples, complete, at: 1 });
	return { inference, history, told, voice, said, speaks, played };
}

it('is in the history when it was heard, not before', async () => {
	const { inference, history, told, said, speaks, played } = greets();
	await speaks();
	expect(inference.last('speak').of('end')).toHaveLength(1);
	expect(told).toEqual([{ type: 'reply.partial', text: GREETING }]);
	expect(history.messages()).toEqual([]);
	played(16_000, true);
	await said;
	expect(history.messages()).toMatchObject([{ role: 'assistant', content: GREETING }]);
	expect(told.at(-1)).toEqual({ type: 'reply.heard', text: GREETING, interrupted: false });
});

it('interrupted: the history holds what was heard', async () => {
	const { history, told, voice, said, speaks, played } = greets();
	await speaks();
	voice.interruptAll();
	played(8000, false);
	await said;
	expect(history.messages()).toMatchObject([{ role: 'assistant', content: 'Hello there.' }]);
	expect(told.at(-1)).toEqual({ type: 'reply.heard', text: 'Hello there.', interrupted: true });
});

it('interrupted before its first sound: the history knows of none', async () => {
	const { history, told, voice, said } = greets();
	voice.interruptAll();
	await said;
	expect(history.messages()).toEqual([]);
	expect(told.at(-1)).toEqual({ type: 'reply.heard', text: '', interrupted: true });
});

it('whose voice is lost does not keep anybody waiting, and the page says so', async () => {
	const { inference, history, told, said } = greets();
	await soon();
	inference.die();
	await said;
	expect(history.messages()).toEqual([]);
	expect(told).toContainEqual({ type: 'error', error: expect.objectContaining({ code: 'VOICE_ERR_INFERENCE_LOST' }) });
});

it('is said by flite where its voice fails', async () => {
	const { inference } = greets();
	await soon();
	expect(inference.last('speak').params.settings.fallbacks.at(-1)).toEqual({ engine: 'flite', voice: '' });
});

it('whose link is lost ends with what was heard', async () => {
	const { history, voice, said, speaks } = greets();
	await speaks();
	voice.onMedia({ type: 'progress', utteranceId: 'u1', playedSamples: 8000});
	voice.close();
	await said;
	expect(history.messages()).toMatchObject([{ role: 'assistant', content: 'Hello there.' }]);
});

it.each([
	['where there is none', { greeting: '' }],
	['in a call that is over', { over: true }],
])('is not said %s', async (_why, options) => {
	const { inference, history, told, said } = greets(options);
	await said;
	expect([told, history.messages(), inference.asked]).toEqual([[], [], 0]);
});
