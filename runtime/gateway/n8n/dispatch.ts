import type { OpenSession } from '../../contract/control';
import type { TriggerEvent } from '../../contract/turn';
import type { TriggerStreams } from './trigger-streams';
import { postToTrigger } from './trigger-webhook';

/**
 * Hands an event to the workflow: over the trigger's stream if one is open, else by POST.
 *
 * A push that was not acknowledged may still have started an execution. The POST that follows can then start
 * a second one, which does no harm: the first execution that asks for the turn owns it, the other one is
 * refused with VOICE_ERR_TURN_CLAIMED.
 */
export class Dispatcher {
	constructor(
		private readonly streams: TriggerStreams,
		private readonly key: string,
	) {}

	async dispatch(source: OpenSession['source'], event: TriggerEvent): Promise<void> {
		if (source.mode === 'production' && (await this.streams.push(source.workflowId, source.node, event))) return;
		await postToTrigger(source.turnUrl, this.key, event);
	}
}
