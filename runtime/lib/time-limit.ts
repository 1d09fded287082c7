import type { VoiceError } from '../contract/errors';

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

export const pause = async (ms: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
