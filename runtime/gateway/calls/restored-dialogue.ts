import { monotonicClock } from '../../lib/clock';
import type { StoredCall } from '../journal/journal';
import type { AgentVoice } from '../turns/agent-voice';
import type { TurnApi } from '../turns/turn-api';
import type { Turns } from '../turns/turns';
import type { ConversationLoop } from './conversation-loop';

/** Whoever got an answer and was not connected yet comes back at once, if at all. */
const NEVER_CONNECTED_LIMIT_MS = 60_000;

interface DialogueParts {
	readonly dialogue: Pick<ConversationLoop, 'replay'>;
	readonly voice: Pick<AgentVoice, 'nextId'>;
	readonly api: Pick<TurnApi, 'restore'>;
	readonly turns: Pick<Turns, 'start' | 'interrupt'>;
}

/**
 * Takes up the dialogue where the process before has left it. That may have died between an input and what follows from it: a
 * turn that it declared and wrote no word of begins here, one that was interrupted ends here.
 */
export function restoreDialogue({ inputs, turns: all }: StoredCall, { dialogue, voice, api, turns }: DialogueParts): { ended: boolean } {
	const effects = dialogue.replay(inputs);
	// No more of them than inputs.
	voice.nextId = inputs.length + 1;
	api.restore(all);
	const stored = all.filter(({ early }) => !early);
	for (const effect of effects) {
		if (effect.type === 'startTurn' && !stored.some(({ start }) => start.n === effect.n)) turns.start(effect, [], undefined);
		if (effect.type === 'interruptAgent' && stored.some(({ start, ended }) => start.n === effect.n && !ended)) turns.interrupt(effect.n, effect.reason);
	}
	return { ended: effects.some(({ type }) => type === 'endSession') };
}

export function wasConnected({ inputs }: StoredCall): boolean {
	return inputs.some(({ type }) => type === 'connected');
}

/** A greeting that was not heard to its end is said again: rather twice than not at all. */
export function wasGreeting(stored: StoredCall): boolean {
	return wasConnected(stored) && stored.history.length === 0 && !stored.inputs.some(({ type }) => type === 'callerSpeechStarted');
}

/** How long the absent caller is waited for, ms: the time without a process counts. */
export function leftToWait(stored: StoredCall, limitMs: number): number {
	const limit = wasConnected(stored) ? limitMs : Math.min(NEVER_CONNECTED_LIMIT_MS, limitMs);
	return Math.max(0, limit - (Date.now() - absentSince(stored)));
}

/** Their link may have ended long before the process did; then only their call went on. */
function absentSince({ inputs, lastAt }: StoredCall): number {
	const since = inputs.findLast(({ type }) => type === 'connected' || type === 'callerAbsent');
	return since?.type === 'callerAbsent' ? Date.now() - (monotonicClock.now() - since.at) : lastAt;
}
