import { VoiceError } from '../../contract/errors';
import type { Turn } from './turn';

/** For a node of an older version, which does not say that its tools run. */
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
	 * it goes on. `limitMs`: so long at most, then.
	 */
	restart(turn: Turn, { pauseMs = 0, limitMs = this.limitMs }: { pauseMs?: number; limitMs?: number } = {}): void {
		this.stop(turn);
		if (turn.ended || turn.attended || turn.speech.goesOn) return;
		const limit = turn.reply?.waitsForTools && !turn.reply.tellsOfTools ? TOOL_LIMIT_MS : Math.min(this.limitMs, limitMs);
		const timer = setTimeout(() => {
			this.timers.delete(turn);
			this.onAbandoned(turn, whatHappened(turn));
		}, limit + pauseMs);
		this.timers.set(turn, timer);
	}

	stop(turn: Turn): void {
		clearTimeout(this.timers.get(turn));
		this.timers.delete(turn);
	}
}

function whatHappened({ claimed, trouble, reply }: Turn): VoiceError {
	if (reply?.waitsForTools) return new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'n8n stopped while it ran a tool. What the tool has done is not known.');
	if (!claimed) return new VoiceError('VOICE_ERR_TURN_ABANDONED', 'No node answered the turn.');
	return new VoiceError('VOICE_ERR_TURN_ABANDONED', `The workflow stopped before it spoke.${trouble ? ` The last error was: ${trouble.message}` : ''}`);
}
