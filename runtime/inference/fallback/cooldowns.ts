import type { Clock, Milliseconds } from '../../lib/clock';
import type { ErrorCode, VoiceError } from '../../contract/errors';

/** Long enough that a server which is down does not cost each turn its time-out, short enough to come back to it soon. */
const REST_MS = 30_000;

/** After these an engine is not asked again at once: what they are about takes long to notice, or will not pass soon. */
const TIRING: readonly ErrorCode[] = ['VOICE_ERR_ENGINE_UNREACHABLE', 'VOICE_ERR_ENGINE_REFUSED', 'VOICE_ERR_MODEL_FAILED', 'VOICE_ERR_TOO_SLOW'];

interface Rest {
	readonly error: VoiceError;
	readonly until: Milliseconds;
}

/** Which engines failed a short while ago, for all sessions of this process. */
export class Cooldowns {
	private readonly resting = new Map<string, Rest>();

	constructor(private readonly clock: Clock) {}

	/** `engine` failed: others go first for a while. */
	failed(engine: string, error: VoiceError): void {
		if (TIRING.includes(error.code)) this.resting.set(engine, { error, until: this.clock.now() + REST_MS });
	}

	/** It works again. */
	worked(engine: string): void {
		this.resting.delete(engine);
	}

	/** Why `engine` should not be asked now; undefined where it should. */
	reason(engine: string): VoiceError | undefined {
		const rest = this.resting.get(engine);
		if (!rest) return undefined;
		if (rest.until > this.clock.now()) return rest.error;
		this.resting.delete(engine);
		return undefined;
	}
}
