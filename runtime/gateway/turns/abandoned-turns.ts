import { VoiceError } from '../../contract/errors';
import type { Turn } from './turn';

/** A tool has a time limit in its node; this one is for an n8n that died while the tool ran. */
const TOOL_LIMIT_MS = 600_000;

/** Ends turns that nobody works on: a workflow without Orpheus Speak, or one that failed without saying so. */
export class AbandonedTurns {
	private readonly timers = new Map<Turn, NodeJS.Timeout>();

	constructor(
		private readonly limitMs: number,
		private readonly onAbandoned: (turn: Turn, error: VoiceError) => void,
	) {}

	/**
	 * Counts anew from now, unless the turn is over, a node asks or the agent speaks. `pauseMs`: n8n waits for so long before
	 * it goes on.
	 */
	restart(turn: Turn, pauseMs = 0): void {
		this.stop(turn);
		if (turn.ended || turn.attended || turn.speech.goesOn) return;
		const limit = turn.reply?.waitsForTools ? TOOL_LIMIT_MS : this.limitMs;
		const timer = setTimeout(() => {
			this.timers.delete(turn);
			this.onAbandoned(turn, new VoiceError('VOICE_ERR_TURN_ABANDONED', whatHappened(turn)));
		}, limit + pauseMs);
		this.timers.set(turn, timer);
	}

	stop(turn: Turn): void {
		clearTimeout(this.timers.get(turn));
		this.timers.delete(turn);
	}
}

function whatHappened({ claimed, trouble }: Turn): string {
	if (!claimed) return 'No node answered the turn.';
	return `The workflow stopped before it spoke.${trouble ? ` The last error was: ${trouble.message}` : ''}`;
}
