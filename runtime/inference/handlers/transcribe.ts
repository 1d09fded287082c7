import { joinPcm } from '../../audio/pcm';
import type { Handlers } from '../../rpc/server';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { InferenceDeps } from './counters';

export function transcribeHandler({ recognisers, counters }: InferenceDeps): Handlers<InferenceProtocol>['transcribe'] {
	return async ({ settings, pcm }, { signal }) =>
		await counters.count(counters.listens, signal, async () => {
			return await recognisers.transcribeAll(settings, joinPcm(pcm), signal);
		});
}
