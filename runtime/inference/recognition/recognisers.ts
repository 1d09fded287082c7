import { access } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import type { Locate } from '../models/resolve';
import { startSherpa } from '../workers/sherpa/start-sherpa';
import type { StreamingRecogniser } from './engine';
import { createListenEngine, openRecogniser } from './pack/listen-engine';
import { listenWorkerProtocol } from './pack/worker-protocol';

/** The recognisers of this process: each model's is made on first use and shared by all callers. */
export class Recognisers {
	private readonly opened = new Map<string, Promise<StreamingRecogniser>>();

	constructor(
		private readonly create: (folder: string) => Promise<StreamingRecogniser>,
		private readonly locate: Locate,
	) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN; the next asking tries again. */
	async get(model: string): Promise<StreamingRecogniser> {
		const folder = await this.locate(model, 'transcribe');
		let pending = this.opened.get(folder);
		if (!pending) {
			pending = this.create(folder);
			this.opened.set(folder, pending);
			pending.catch(() => this.opened.delete(folder));
		}
		try {
			return await pending;
		} catch (error) {
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		}
	}
}

const SHERPA = 'inference/recognition/sherpa/sherpa-worker.js';

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
		await startSherpa(SHERPA, listenWorkerProtocol, 'VOICE_ERR_INFERENCE_LOST', folder, async (client) => await client.call('load', { packDir: folder }).result);
	return await openRecogniser(start);
}
