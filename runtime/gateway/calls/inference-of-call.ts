import type { AgentSettings } from '../../contract/agent-settings';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { InferenceServer } from './call-deps';

/** What inference must know of a call to choose its models: both that hear and that answer, whoever asks. */
export function modelsOfCall(id: string, { transcribe, chat, llamaChat }: Pick<AgentSettings, 'transcribe' | 'chat' | 'llamaChat'>): CallOfModels {
	return { id, transcribe, chat, llamaChat };
}

/** Inference as one call asks it: every question names the call, so that `auto` stands for the same models all through it. */
export function inferenceOfCall(inference: InferenceServer, call: CallOfModels): InferenceServer {
	return {
		ready: async () => {
			const client = await inference.ready();
			return { call: (op, params, onEvent) => client.call(op, Object.assign({}, params, { call }), onEvent) };
		},
	};
}
