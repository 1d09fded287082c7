import type { AgentSettings } from '../../contract/agent-settings';
import type { PageEvent } from '../../contract/page-events';
import type { History } from '../../dialogue/history/history';
import type { AgentVoice } from './agent-voice';

/** Says the trigger's greeting, whatever voice has failed. Resolves when the history holds what was heard of it. */
export async function sayGreeting(
	{ greeting, speak }: AgentSettings,
	{ voice, history, tell }: { voice: AgentVoice; history: History; tell: (event: PageEvent) => void },
): Promise<void> {
	const utterance = greeting === '' ? undefined : voice.say(speak, greeting);
	if (!utterance) return;
	tell({ type: 'reply.partial', text: greeting });
	const { heard, complete, error } = await utterance.finished;
	const said = complete ? greeting : heard;
	history.addGreeting(said);
	if (error) tell({ type: 'error', error: error.toShape() });
	tell({ type: 'reply.heard', text: said, interrupted: !complete });
}
