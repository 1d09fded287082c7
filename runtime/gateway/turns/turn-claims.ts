import { VoiceError } from '../../contract/errors';
import type { Turn } from './turn';

/** Only executions in the editor are kept, and only the last ones are still of interest. */
const REMEMBERED_CLAIMS = 1000;

/**
 * What executions in the editor ask before they work on a turn: somebody may have pinned it, or runs an old execution
 * again, and then the turn is over or another execution's. Remembered for longer than the turn itself: whoever answered
 * it while the caller hung up must not take it for an old one.
 */
export class TurnClaims {
	private readonly owners = new Map<string, string>();

	/**
	 * `find` throws where the turn is not there.
	 * @throws VOICE_ERR_TURN_UNKNOWN or VOICE_ERR_TURN_CLAIMED where it is not this execution's, VOICE_ERR_TURN_ENDED where it was,
	 * VOICE_ERR_TURN_SUPERSEDED where it was begun early for nothing.
	 */
	claim<T extends Pick<Turn, 'claim' | 'claimed' | 'ended' | 'certainty'>>(id: string, executionId: string, find: () => T): T {
		const turn = this.found(id, executionId, find);
		turn.certainty.assertWanted();
		// Nobody has answered it, and nobody can any more.
		if (turn.ended && !turn.claimed) throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'The turn was over before this execution asked for it.');
		turn.claim(executionId);
		this.owners.delete(id);
		this.owners.set(id, executionId);
		const [oldest] = this.owners.keys();
		if (this.owners.size > REMEMBERED_CLAIMS && oldest !== undefined) this.owners.delete(oldest);
		return turn;
	}

	private found<T>(id: string, executionId: string, find: () => T): T {
		try {
			return find();
		} catch (thrown) {
			if (this.owners.get(id) !== executionId) throw thrown;
			throw new VoiceError('VOICE_ERR_TURN_ENDED', 'The call ended while this execution answered the turn.');
		}
	}
}
