import { VoiceError } from '../../contract/errors';
import { cancelled } from '../../lib/async';
import type { RemoteLimits } from './address';

/** One request's life: it ends when the caller cancels, when a time is over, or when it is done. */
export class RequestWatch {
	private readonly ending = new AbortController();
	private timer: NodeJS.Timeout | undefined;
	private begun = false;
	private readonly cancel = (): void => this.ending.abort(cancelled());

	constructor(
		private readonly limits: RemoteLimits,
		private readonly place: string,
		private readonly caller: AbortSignal,
	) {
		if (caller.aborted) this.cancel();
		caller.addEventListener('abort', this.cancel, { once: true });
	}

	get signal(): AbortSignal {
		return this.ending.signal;
	}

	/** Why the signal is aborted. */
	get reason(): VoiceError {
		return VoiceError.from(this.ending.signal.reason, 'VOICE_ERR_CANCELLED');
	}

	connecting(): void {
		this.within(this.limits.connectMs, 'could not be connected to');
	}

	connected(): void {
		this.within(this.limits.firstByteMs, 'has not begun to answer');
	}

	/** Until the next piece of the body is there. Time in which nobody asks for one does not count. */
	async piece<T>(read: () => Promise<T>): Promise<T> {
		if (!this.begun) this.connected();
		else this.within(this.limits.stallMs, 'stopped in the middle of its answer: nothing came');
		const value = await read();
		this.begun = true;
		this.pause();
		return value;
	}

	pause(): void {
		clearTimeout(this.timer);
	}

	/** Closes the connection if it is still in use: the server's sign to stop. */
	end(): void {
		this.pause();
		this.caller.removeEventListener('abort', this.cancel);
		this.ending.abort(cancelled());
	}

	private within(ms: number, what: string): void {
		this.pause();
		this.timer = setTimeout(() => {
			this.ending.abort(new VoiceError('VOICE_ERR_ENGINE_UNREACHABLE', `The engine's server at ${this.place} ${what} within ${ms} ms.`));
		}, ms);
	}
}
