import type { Handlers } from '../../ipc/server';
import type { InferenceProtocol } from '../../ipc/inference-protocol';
import type { Rooms } from '../rooms';

/** The messages' parts as one recording. */
function join(parts: readonly Int16Array[]): Int16Array {
	const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

export function transcribeHandler({ recognisers, counters }: Rooms): Handlers<InferenceProtocol>['transcribe'] {
	return async ({ settings, pcm }, { signal }) =>
		await counters.count(counters.listens, signal, async () => {
			const recogniser = await recognisers.get(settings.model);
			return await recogniser.transcribeAll(settings, join(pcm), signal);
		});
}
