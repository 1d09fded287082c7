/** A waiting request is nothing unusual, and neither is a busy second. */
const LOOK_EVERY_MS = 5000;
/** A gateway answers within a millisecond. */
const ANSWER_LIMIT_MS = 5000;
/** A machine that has just woken up may be late once. */
const MISSES = 2;

/**
 * Looks after the runtime while a request waits, which may rightly take minutes: a runtime that hangs keeps the
 * connection and says nothing. `ask` resolves or rejects when the runtime has answered anything, or cannot be connected
 * to, which the request itself finds out; its signal is aborted where there was no answer in time.
 */
export class RuntimeWatch {
	private readonly abort = new AbortController();
	private timer: NodeJS.Timeout | undefined;
	private missed = 0;
	private stopped = false;

	constructor(private readonly ask: (signal: AbortSignal) => Promise<unknown>) {
		this.later();
	}

	/** Aborted once the runtime does not answer any more. */
	get signal(): AbortSignal {
		return this.abort.signal;
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.timer);
	}

	private later(): void {
		this.timer = setTimeout(() => void this.look(), LOOK_EVERY_MS);
	}

	private async look(): Promise<void> {
		const late = new AbortController();
		this.timer = setTimeout(() => late.abort(), ANSWER_LIMIT_MS);
		await this.ask(late.signal).catch(() => undefined);
		clearTimeout(this.timer);
		if (this.stopped) return;
		this.missed = late.signal.aborted ? this.missed + 1 : 0;
		if (this.missed >= MISSES) this.abort.abort();
		else this.later();
	}
}
