import { VoiceError } from '../contract/errors';

/** Nobody waits for the result any more. */
export function cancelled(cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.', { cause });
}

/**
 * The result of `work`; rejects with VOICE_ERR_CANCELLED as soon as `signal` is aborted. The work goes on, as others may
 * wait for it, and nobody hears of its failure here any more.
 */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	if (signal.aborted) {
		// Else its failure would be one that nobody caught, which ends the process.
		work.catch(() => undefined);
		throw cancelled(signal.reason);
	}
	let stop = (): void => undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		stop = () => reject(cancelled(signal.reason));
	});
	signal.addEventListener('abort', stop, { once: true });
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

/** The result of `what`; rejects with `error` once `ms` have passed. */
export async function within<T>(ms: number, error: VoiceError, what: Promise<T>): Promise<T> {
	let limit: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		limit = setTimeout(() => reject(error), ms);
	});
	try {
		return await Promise.race([what, late]);
	} finally {
		clearTimeout(limit);
	}
}

export async function pause(ms: number): Promise<void> {
	return await new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}

/** Shorter where `over` is aborted. */
export async function pauseUnless(over: AbortSignal, ms: number): Promise<void> {
	if (over.aborted) return;
	await new Promise<void>((resolve) => {
		const end = (): void => {
			clearTimeout(timer);
			over.removeEventListener('abort', end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		over.addEventListener('abort', end);
	});
}

/** A value that the first caller of `get` looks up for all of them. After a failure the next caller tries again. */
export class FoundOnce<T> {
	private finding: Promise<T> | undefined;

	/** `find` goes on when the caller that started it has left, as others may wait for it. */
	constructor(private readonly find: (signal: AbortSignal) => Promise<T>) {}

	async get(signal: AbortSignal): Promise<T> {
		this.finding ??= this.start();
		return await unlessCancelled(this.finding, signal);
	}

	/** The value may have changed: the next caller looks it up again. */
	forget(): void {
		this.finding = undefined;
	}

	private start(): Promise<T> {
		const finding = this.find(new AbortController().signal);
		finding.catch(() => {
			if (this.finding === finding) this.finding = undefined;
		});
		return finding;
	}
}
