import type { AgentSettings } from '../../contract/agent-settings';
import type { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import type { AgentVoice } from './agent-voice';
import type { Turn } from './turn';

/**
 * What the caller learns of a turn that failed: the page shows the error, and the trigger's apology is said, because a
 * caller may have no screen. It was recorded at the start of the call, so it is heard where inference is gone, too. What is
 * being said is said to its end first.
 */
export function tellOfFailure(
	turn: Turn,
	error: VoiceError,
	{ agent, voice, tell }: { agent: AgentSettings; voice: AgentVoice; tell: (event: PageEvent) => void },
): void {
	tell({ type: 'error', error: error.toShape(), turnId: turn.id });
	turn.speech.end();
	if (agent.apology !== '') voice.say(agent.speak, agent.apology);
}
