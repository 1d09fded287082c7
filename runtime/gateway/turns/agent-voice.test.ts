// Guards against figures said in another language than the caller's.
import { agentSettings } from '../../contract/agent-settings';
import type { RpcClient } from '../../rpc/client';
import type { InferenceProtocol, SpeakInput } from '../../rpc/inference-protocol';
import { AgentVoice } from './agent-voice';

const TEXT = 'It is 3/4/2026.';

/** What inference is asked to say of TEXT. */
async function said(agent: object, speak: object): Promise<string[]> {
	const pieces: string[] = [];
	const send = (input: SpeakInput): void => void (input.type === 'piece' && pieces.push(input.text));
	const client = { call: () => ({ result: new Promise(() => undefined), send, cancel: () => undefined }) };
	const inference = { ready: async () => await Promise.resolve(client as unknown as RpcClient<InferenceProtocol>) };
	const settings = agentSettings.parse({ ...agent, speak });
	const voice = new AgentVoice(inference, () => ({ send: () => undefined }), settings, () => undefined);
	const utterance = voice.open(settings.speak);
	utterance?.write(TEXT);
	utterance?.end();
	await new Promise(setImmediate);
	return pieces;
}

it.each([
	['what callers speak', { transcribe: { language: 'de' } }, {}, TEXT],
	['what the voice was told, whatever callers speak', { transcribe: { language: 'de' } }, { language: 'en-GB' }, 'It is April third, twenty twenty-six.'],
	['English where nothing is known', {}, {}, 'It is March fourth, twenty twenty-six.'],
	['English where the recogniser finds out by itself', { transcribe: { language: '' } }, {}, 'It is March fourth, twenty twenty-six.'],
])('speaks %s', async (_what, agent, speak, text) => {
	expect(await said(agent, speak)).toEqual([text]);
});
