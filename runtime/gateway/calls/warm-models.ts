import type { AgentModels, AgentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { CallDeps } from './call-deps';
import { modelsOfCall } from './inference-of-call';

type Deps = Pick<CallDeps, 'inference' | 'log'>;

/** Has the models of an agent loaded before they are needed. `onNote`: what the page shows of them. */
export function warmModels(deps: Deps, agent: AgentSettings, call: CallOfModels, onNote: (note: string) => void): void {
	load(deps, agent, null);
	deps.inference
		.ready()
		.then(async (client) => await client.call('describe', { speak: agent.speak, call }).result)
		// Names of models are for whoever runs the agent: other callers see what they can talk about.
		.then(({ demo, models }) => onNote([demo, agent.modelsNote ? models : ''].filter((line) => line !== '').join('\n')))
		// A page without its note works as well.
		.catch(() => undefined);
}

/** The same for a workflow that begins to listen: its first caller shall not wait for the model. */
export function warmForCallers(deps: Deps, agent: AgentModels): void {
	load(deps, agent, modelsOfCall('', agent));
}

function load({ inference, log }: Deps, { transcribe, chat, speak, turnTaking }: AgentModels, call: CallOfModels | null): void {
	const turnEnd = turnTaking.audioJudge === 'off' ? null : turnTaking.audioJudgeModel;
	inference
		.ready()
		.then((client) => client.call('warm', { transcribe, chat, speak, turnEnd, call }).result)
		.catch((error: unknown) => log.warn({ code: VoiceError.from(error).code }, 'models could not be preloaded'));
}
