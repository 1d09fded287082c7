import { VoiceError } from '../contract/errors';

/** Nobody waits for the result any more. */
export function cancelled(cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.', { cause });
}

/** What `work` gives; rejects with VOICE_ERR_CANCELLED as soon as `signal` is aborted. The work goes on, for others. */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	if (signal.aborted) throw cancelled(signal.reason);
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

/** Rejects with `error` if `what` takes longer than `ms`. */
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

/** What is found out by the first who asks, for all who ask. After a failure the next who asks tries again. */
export class FoundOnce<T> {
	private finding: Promise<T> | undefined;

	/** `find` goes on though the one who asked first has left: others may wait for it. */
	constructor(private readonly find: (signal: AbortSignal) => Promise<T>) {}

	async get(signal: AbortSignal): Promise<T> {
		this.finding ??= this.start();
		return await unlessCancelled(this.finding, signal);
	}

	/** It may have changed: the next who asks finds out anew. */
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
