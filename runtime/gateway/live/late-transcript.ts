import type { TranscribeSettings } from '../../contract/agent';
import type { TranscriptionDone } from '../../contract/control';
import type { InferenceProtocol } from '../../ipc/inference-protocol';
import type { Child } from '../children/child';

/** Recognises a turn after it has ended: what happens where there was no look-ahead. */
export async function recognise(
	inference: Child<InferenceProtocol>,
	settings: TranscribeSettings,
	sound: readonly Int16Array[],
): Promise<TranscriptionDone> {
	const caller = await inference.ready();
	return await caller.call('transcribe', { settings, pcm: [...sound] }).result;
}
