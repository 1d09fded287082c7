import type { AgentSettings } from '../../contract/agent-settings';
import type { PageEvent } from '../../contract/page-events';
import type { History } from '../../dialogue/history/history';
import type { AgentVoice } from './agent-voice';
import type { Turns } from './turns';

interface GreetingParts {
	readonly voice: AgentVoice;
	readonly history: History;
	readonly turns: Pick<Turns, 'settleAfter'>;
	readonly tell: (event: PageEvent) => void;
}

/** What a page is told first. `resumed`: it comes back. */
export function sessionStarted(sessionId: string, { name, greeting }: AgentSettings, note: string, resumed?: true): PageEvent {
	return { type: 'session.started', sessionId, agent: name, greets: greeting !== '', note, ...(resumed && { resumed }) };
}

/** Says the trigger's greeting, whatever voice has failed. Resolves when the history holds what was heard of it. */
export async function sayGreeting(agent: AgentSettings, parts: GreetingParts): Promise<void> {
	const greeting = greet(agent, parts);
	parts.turns.settleAfter(greeting);
	await greeting;
}

async function greet({ greeting, speak }: AgentSettings, { voice, history, tell }: GreetingParts): Promise<void> {
	const utterance = greeting === '' ? undefined : voice.say(speak, greeting);
	if (!utterance) return;
	tell({ type: 'reply.partial', text: greeting });
	const { heard, complete, error } = await utterance.finished;
	const said = complete ? greeting : heard;
	history.addGreeting(said);
	if (error) tell({ type: 'error', error: error.toShape() });
	tell({ type: 'reply.heard', text: said, interrupted: !complete });
}
