import { access } from 'node:fs/promises';
import path from 'node:path';
import { startSherpa } from '../workers/sherpa/start-sherpa';
import type { StreamingRecogniser } from './engine';
import { createListenEngine, openRecogniser } from './pack/listen-engine';
import { listenWorkerProtocol } from './pack/worker-protocol';

const SHERPA = 'inference/recognition/sherpa/worker.js';

/**
 * The recogniser that lies in a folder: our own (models/listen), or one of sherpa-onnx: streaming Zipformer and NeMo
 * models, Moonshine, Whisper. Rejects with VOICE_ERR_MODEL_MISSING, which names what is missing, or
 * VOICE_ERR_MODEL_BROKEN.
 */
export async function createRecogniser(folder: string): Promise<StreamingRecogniser> {
	const ours = await access(path.join(folder, 'listen.onnx')).then(
		() => true,
		() => false,
	);
	return ours ? await createListenEngine(folder) : await createSherpaRecogniser(folder);
}

/** Moonshine and Whisper hear an utterance when it is flushed, so there are no partials. Hints are not used. */
async function createSherpaRecogniser(folder: string): Promise<StreamingRecogniser> {
	const start = async (): ReturnType<Parameters<typeof openRecogniser>[0]> =>
		await startSherpa(SHERPA, listenWorkerProtocol, 'VOICE_ERR_INFERENCE_LOST', folder, async (caller) => await caller.call('load', { packDir: folder }).result);
	return await openRecogniser(start);
}
