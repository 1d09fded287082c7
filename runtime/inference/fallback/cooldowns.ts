import type { Clock, Milliseconds } from '../../lib/clock';
import type { ErrorCode, VoiceError } from '../../contract/errors';

/** Long enough that a server which is down does not cost each turn its time-out, short enough to come back to it soon. */
const COOLDOWN_MS = 30_000;

/** After these an engine is not asked again at once: they take long to notice, or will not pass soon. */
const COOLED_DOWN_AFTER: readonly ErrorCode[] = ['VOICE_ERR_ENGINE_UNREACHABLE', 'VOICE_ERR_ENGINE_REFUSED', 'VOICE_ERR_MODEL_FAILED', 'VOICE_ERR_TOO_SLOW'];

interface Cooldown {
	readonly error: VoiceError;
	readonly until: Milliseconds;
}

/** Which engines failed a short while ago, for all sessions of this process. */
export class Cooldowns {
	private readonly cooling = new Map<string, Cooldown>();

	constructor(private readonly clock: Clock) {}

	/** `engine` failed: others go first for a while. */
	failed(engine: string, error: VoiceError): void {
		if (COOLED_DOWN_AFTER.includes(error.code)) this.cooling.set(engine, { error, until: this.clock.now() + COOLDOWN_MS });
	}

	/** It works again. */
	worked(engine: string): void {
		this.cooling.delete(engine);
	}

	/** Why `engine` should not be asked now; undefined where it should. */
	reason(engine: string): VoiceError | undefined {
		const cooldown = this.cooling.get(engine);
		if (!cooldown) return undefined;
		if (cooldown.until > this.clock.now()) return cooldown.error;
		this.cooling.delete(engine);
		return undefined;
	}
}
