import { VoiceError } from '../../../runtime/contract/errors';

const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 20;
/** A stranger with many addresses must not fill n8n's memory: the oldest are forgotten. */
const MOST_ADDRESSES = 10_000;

interface Guesses {
	readonly since: number;
	readonly count: number;
}

/** Wrong secrets by address, in this process of n8n. */
export class WrongGuesses {
	private readonly made = new Map<string, Guesses>();

	constructor(private readonly now: () => number = Date.now) {}

	/** Throws VOICE_ERR_TOO_MANY where too many wrong ones came from there; the right one is not looked at either. */
	assertFew(address: string): void {
		const guesses = this.recent(address);
		if (!guesses || guesses.count < MOST_IN_WINDOW) return;
		throw new VoiceError('VOICE_ERR_TOO_MANY', 'Too many wrong secrets came from this address.', {
			retryAfterSeconds: Math.max(1, Math.ceil((guesses.since + WINDOW_MS - this.now()) / 1000)),
		});
	}

	wrong(address: string): void {
		const { since, count } = this.recent(address) ?? { since: this.now(), count: 0 };
		this.made.delete(address);
		this.made.set(address, { since, count: count + 1 });
		const [oldest] = this.made.keys();
		if (this.made.size > MOST_ADDRESSES && oldest !== undefined) this.made.delete(oldest);
	}

	private recent(address: string): Guesses | undefined {
		const guesses = this.made.get(address);
		return guesses && this.now() - guesses.since < WINDOW_MS ? guesses : undefined;
	}
}

/** One for all triggers of this n8n process. */
export const wrongGuesses = new WrongGuesses();
