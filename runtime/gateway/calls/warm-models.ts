import type { AgentModels, AgentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { CallDeps } from './call-deps';
import { modelsOfCall } from './inference-of-call';
import type { ModelNotice } from './model-notice';
import { promptOf, type WarmPrompt } from './prompt-ahead';

type Deps = Pick<CallDeps, 'inference' | 'log'>;

/** Has the models of an agent loaded before they are needed, and the model read what it can. */
export function warmModels(deps: Deps, agent: AgentSettings, prompt: WarmPrompt, call: CallOfModels, { onNote, onLoading }: Pick<ModelNotice, 'onNote' | 'onLoading'>): void {
	load(deps, agent, prompt, null, onLoading);
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
	const { promptStart } = agent;
	load(deps, agent, promptStart && promptOf('', promptStart, []), modelsOfCall('', agent));
}

function load({ inference, log }: Deps, { transcribe, chat, speak, turnTaking }: AgentModels, prompt: WarmPrompt, call: CallOfModels | null, onLoading: ModelNotice['onLoading'] = () => undefined): void {
	const turnEnd = turnTaking.audioJudge === 'off' ? null : turnTaking.audioJudgeModel;
	let open = false;
	inference
		.ready()
		.then((client) =>
			client.call('warm', { transcribe, chat, speak, prompt, turnEnd, call }, ({ loading }) => {
				open = loading.length > 0;
				onLoading(loading);
			}).result,
		)
		.catch((error: unknown) => log.warn({ code: VoiceError.from(error).code }, 'models could not be preloaded'))
		// One that cannot be loaded, or whose process has died, is not waited for.
		.finally(() => open && onLoading([]));
}
