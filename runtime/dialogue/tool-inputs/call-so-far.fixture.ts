import type { AssistantEntry, TurnEntry } from '../history/transcript-entry';
import type { CallSoFar } from './ask-back';

/** A caller's turns, on Saturday, 28 November 2026. Each may be followed by what the agent did. */
export function callSoFar(turns: ReadonlyArray<string | { readonly user: string; readonly assistant: AssistantEntry[] }>, more: Partial<CallSoFar> = {}): CallSoFar {
	const entries = turns.map((each, index): TurnEntry => ({ turn: index + 1, user: typeof each === 'string' ? each : each.user, assistant: typeof each === 'string' ? [] : each.assistant }));
	return {
		entries,
		turn: entries.length,
		heard: '',
		instructions: '',
		language: 'en',
		doubtful: () => false,
		oneAtATime: false,
		now: new Date('2026-11-28T14:07:00Z'),
		...more,
	};
}
