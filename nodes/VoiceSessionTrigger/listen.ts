import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { type AgentModels, agentModels } from '../../runtime/contract/agent-settings';
import { TriggerStream } from '../../runtime/client/trigger-stream';
import { VoiceRuntime } from '../../runtime/client/voice-runtime';
import { locatorOf } from '../shared/runtime-of-node';
import { agentOf, optionsOf } from './agent-settings';
import { isWanted, itemsOf } from './event-items';

/** The published workflow's open line to the runtime. It never fails for want of one: it waits for it. */
export async function listen(context: ITriggerFunctions): Promise<ITriggerResponse> {
	const options = optionsOf(context);
	const locator = await locatorOf(context);
	const runtime = new VoiceRuntime(locator);
	const stream = new TriggerStream({
		locator,
		workflowId: context.getWorkflow().id ?? '',
		node: context.getNode().name,
		agent: () => modelsOf(context),
		onEvent: async (event) => {
			if (!isWanted(event, options, 'production')) return;
			context.emit(await itemsOf(context, event, options, runtime));
		},
		log: (message) => context.logger.warn(message),
	});
	return { closeFunction: async () => stream.close() };
}

/** A setting that is not valid is told to whoever calls; here it only means that nothing is loaded before. */
function modelsOf(context: ITriggerFunctions): AgentModels | undefined {
	try {
		return agentModels.parse(agentOf(context));
	} catch {
		return undefined;
	}
}
