import { VoiceError } from '../contract/errors';

/** The speech is not wanted any more. */
export const cancelled = (cause?: unknown): VoiceError => new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.', { cause });

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
