import type { Milliseconds } from '../lib/clock';
import type { AgentState } from '../contract/page-events';
import { graceLeft, type AgentActivity } from './agent-activity';
import type { CallerUtterance } from './caller-utterance';

/** `interruptionPending`: the caller speaks, the agent stands paused, nobody knows yet what is meant. */
export type ConversationPhase =
	| 'listening'
	| 'hearing'
	| 'ending'
	| 'thinking'
	| 'speaking'
	| 'interruptionPending'
	| 'ended';

export interface ShownState {
	state: AgentState;
	tool?: string;
}

export function phaseOf(
	agent: AgentActivity,
	caller: CallerUtterance | undefined,
	contested: boolean,
	now: Milliseconds,
): ConversationPhase {
	if (agent.sounding !== undefined) return contested ? 'interruptionPending' : 'speaking';
	if (caller !== undefined) return caller.stopped === undefined ? 'hearing' : 'ending';
	if (agent.turn === undefined) return 'listening';
	return graceLeft(agent, now) > 0 ? 'speaking' : 'thinking';
}

const SHOWN: Record<ConversationPhase, AgentState> = {
	listening: 'listening',
	hearing: 'hearing',
	ending: 'hearing',
	thinking: 'thinking',
	speaking: 'speaking',
	interruptionPending: 'hearing',
	ended: 'listening',
};

/** What the page shows. `tool` is the name of the tool that runs, '' if it is not known. */
export function shownState(phase: ConversationPhase, tool: string | undefined): ShownState {
	if (phase !== 'thinking' || tool === undefined) return { state: SHOWN[phase] };
	return tool === '' ? { state: 'tool' } : { state: 'tool', tool };
}
