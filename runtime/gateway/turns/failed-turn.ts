import type { AgentSettings, SpeakSettings } from '../../contract/agent-settings';
import type { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import type { AgentVoice } from './agent-voice';
import type { Turn } from './turn';

/** A voice has four fallbacks at most. */
const MOST_OTHERS = 3;

/**
 * What the caller learns of a turn that failed: the page shows the error, and the trigger's apology is said, because a
 * caller may have no screen. What is being said is said to its end first.
 */
export function tellOfFailure(
	turn: Turn,
	error: VoiceError,
	{ agent, voice, tell }: { agent: AgentSettings; voice: AgentVoice; tell: (event: PageEvent) => void },
): void {
	tell({ type: 'error', error: error.toShape(), turnId: turn.id });
	turn.endSpeech();
	if (agent.apology === '') return;
	const apology = voice.open(sureVoice(agent.speak));
	apology?.write(agent.apology);
	apology?.end();
}

/** The voice may be what failed: flite is always there. */
function sureVoice(speak: SpeakSettings): SpeakSettings {
	return { ...speak, fallbacks: [...speak.fallbacks.slice(0, MOST_OTHERS), { engine: 'flite', voice: '' }] };
}
