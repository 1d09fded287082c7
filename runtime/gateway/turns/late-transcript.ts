import type { TranscribeSettings } from '../../contract/agent-settings';
import type { TranscriptionDone } from '../../contract/control';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Child } from '../children/restarting-process';

/** Recognises a turn after it has ended: what happens where there was no look-ahead. */
export async function recognise(
	inference: Child<InferenceProtocol>,
	settings: TranscribeSettings,
	sound: readonly Int16Array[],
): Promise<TranscriptionDone> {
	const caller = await inference.ready();
	return await caller.call('transcribe', { settings, pcm: [...sound] }).result;
}
