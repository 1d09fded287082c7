import type { AgentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { CallDeps } from './call-deps';

/** Has the models of an agent loaded before they are needed. `onNote`: what the page shows of them. */
export function warmModels({ inference, log }: Pick<CallDeps, 'inference' | 'log'>, agent: AgentSettings, call: CallOfModels, onNote: (note: string) => void): void {
	const { transcribe, chat, speak, turnTaking } = agent;
	const turnEnd = turnTaking.audioJudge === 'off' ? null : turnTaking.audioJudgeModel;
	inference
		.ready()
		.then((client) => client.call('warm', { transcribe, chat, speak, turnEnd }).result)
		.catch((error: unknown) => log.warn({ code: VoiceError.from(error).code }, 'models could not be preloaded'));
	inference
		.ready()
		.then(async (client) => await client.call('describe', { speak, call }).result)
		// Names of models are for whoever runs the agent: other callers see what they can talk about.
		.then(({ demo, models }) => onNote([demo, agent.modelsNote ? models : ''].filter((line) => line !== '').join('\n')))
		// A page without its note works as well.
		.catch(() => undefined);
}
