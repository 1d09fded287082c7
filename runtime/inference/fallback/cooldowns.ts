import type { Clock, Milliseconds } from '../../lib/clock';
import type { ErrorCode } from '../../contract/error-kinds';
import type { VoiceError } from '../../contract/errors';

/** Long enough that a server which is down does not cost each turn its time-out, short enough to come back to it soon. */
const COOLDOWN_MS = 30_000;

/** After these an engine is not asked again at once: they take long to notice, or will not pass soon. */
const COOLED_DOWN_AFTER: readonly ErrorCode[] = ['VOICE_ERR_ENGINE_UNREACHABLE', 'VOICE_ERR_ENGINE_REFUSED', 'VOICE_ERR_MODEL_FAILED', 'VOICE_ERR_TOO_SLOW'];

/** One of several servers that has not got the model, or whose key is not set: with no work it would be chosen each time. */
const LACKING: readonly ErrorCode[] = ['VOICE_ERR_MODEL_MISSING', 'VOICE_ERR_BAD_REQUEST'];

interface Cooldown {
	readonly error: VoiceError;
	readonly until: Milliseconds;
}

/** Which engines failed a short while ago, for all sessions of this process. */
export class Cooldowns {
	private readonly cooling = new Map<string, Cooldown>();

	constructor(private readonly clock: Clock) {}

	/** `engine` failed: others go first for a while. `shares`: there are others like it, which can do what it lacks. */
	failed(engine: string, error: VoiceError, shares = false): void {
		if ([...COOLED_DOWN_AFTER, ...(shares ? LACKING : [])].includes(error.code)) this.cooling.set(engine, { error, until: this.clock.now() + COOLDOWN_MS });
	}

	/** It works again. */
	worked(engine: string): void {
		this.cooling.delete(engine);
	}

	/** Why `engine` should not be asked now; undefined where it should. */
	reason(engine: string): VoiceError | undefined {
		const cooldown = this.cooling.get(engine);
		return cooldown && cooldown.until > this.clock.now() ? cooldown.error : undefined;
	}

	/** It failed, has rested since, and nobody knows yet whether it works again. */
	unproven(engine: string): boolean {
		return this.cooling.has(engine) && this.reason(engine) === undefined;
	}
}
