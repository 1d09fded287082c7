import type { Result, ping } from '../../rpc/protocol';

type Pulse = Result<typeof ping>;

/** A process that is well answers within some milliseconds. The question costs it 20 µs. */
const BEAT_MS = 1000;
/** A machine in trouble, or a process that has stopped: a call that begins now would not be answered. */
const SILENT_AFTER_MS = 5000;
/**
 * Twice that: a caller has heard nothing for 10 s, and a new process answers within some seconds. A process that still
 * computes has twice as long: on two cores with a load of 15 inference was once silent for 5 s while it loaded code.
 */
const HUNG_AFTER_MS = 10_000;
const WORKING_BEAT_COUNTS = 0.5;
/** Of a beat: less is no work. */
const WORK_MS = 10;
/** From the start to the first answer. Loading native code takes 1 to 3 s, from a slow card perhaps half a minute. */
const FIRST_ANSWER_MS = 60_000;
/** For a step of native code, which takes milliseconds; the first one of a model may read all of it from a disk. */
const STUCK_AFTER_MS = 60_000;

export interface HeartbeatListener {
	/** Each time. */
	onAnswer(): void;
	/** It has answered before, and does not now. onAnswer follows if it comes back. */
	onSilent(): void;
	/** There is no use in waiting any longer. Comes once, and nothing follows. `why` follows "the process". */
	onHung(why: string): void;
}

/**
 * Asks a process every second whether it lives. Silence is counted in beats that this process itself has lived through,
 * not by the clock: a laptop that slept, and a gateway that was itself stopped or busy, accuse nobody.
 */
export class Heartbeat {
	private readonly timer: NodeJS.Timeout;
	private silentMs = 0;
	private everAnswered = false;
	private asking = false;
	private toldSilent = false;
	private cpuMs: number | undefined;

	constructor(
		private readonly ask: () => Promise<Pulse>,
		private readonly listener: HeartbeatListener,
		/** What the process has computed so far; undefined where that is not known. */
		private readonly cpu: () => number | undefined = () => undefined,
	) {
		this.timer = setInterval(() => this.beat(), BEAT_MS);
		this.timer.unref();
		this.send();
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private beat(): void {
		this.silentMs += BEAT_MS * (this.worked() ? WORKING_BEAT_COUNTS : 1);
		const limit = this.everAnswered ? HUNG_AFTER_MS : FIRST_ANSWER_MS;
		if (this.silentMs >= limit) {
			this.hung(`gave no answer for ${limit / 1000} s`);
			return;
		}
		if (this.everAnswered && this.silentMs >= SILENT_AFTER_MS && !this.toldSilent) {
			this.toldSilent = true;
			this.listener.onSilent();
		}
		if (!this.asking) this.send();
	}

	/** It has not answered, but computed since the beat before. */
	private worked(): boolean {
		if (!this.asking) return false;
		const before = this.cpuMs;
		this.cpuMs = this.cpu();
		return before !== undefined && this.cpuMs !== undefined && this.cpuMs - before >= WORK_MS;
	}

	private send(): void {
		this.asking = true;
		this.ask()
			.then(
				(pulse) => this.answered(pulse),
				// An answer of a wrong shape is none, and who is gone is told of elsewhere.
				() => undefined,
			)
			.finally(() => (this.asking = false));
	}

	private answered({ stuckMs }: Pulse): void {
		this.silentMs = 0;
		this.toldSilent = false;
		this.cpuMs = undefined;
		this.everAnswered = true;
		this.listener.onAnswer();
		if (stuckMs >= STUCK_AFTER_MS) this.hung(`was stuck in one step of its native code for ${STUCK_AFTER_MS / 1000} s`);
	}

	private hung(why: string): void {
		this.stop();
		this.listener.onHung(why);
	}
}
