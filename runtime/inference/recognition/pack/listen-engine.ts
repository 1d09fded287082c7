import { piecesOf } from '../../../audio/pcm';
import type { TranscribeSettings } from '../../../contract/agent-settings';
import type { Transcription } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { RpcClient } from '../../../rpc/client';
import type { FixedLanguages } from '../../fallback/language-remark';
import { startWorker } from '../../workers/start-worker';
import type { PoolWorker } from '../../workers/worker-pool';
import type { RecognitionListener, RecognitionStream, StreamingRecogniser } from '../engine';
import { ListenStream } from './listen-stream';
import { type ListenWorkerProtocol, listenWorkerProtocol } from './worker-protocol';

const WORKER = 'inference/recognition/pack/listen-worker.js';

/**
 * The streaming recogniser of a pack folder (models/listen). Rejects with VOICE_ERR_MODEL_MISSING or
 * VOICE_ERR_MODEL_BROKEN. All streams share one worker thread.
 */
export async function createListenEngine(packDir: string): Promise<StreamingRecogniser> {
	return await openRecogniser(async () => await startListening(packDir));
}

type Connection = PoolWorker<ListenWorkerProtocol>;

/** The recogniser that a worker with this protocol is. Rejects as `start`. All streams share the worker. */
export async function openRecogniser(start: () => Promise<Connection>, languages?: FixedLanguages): Promise<StreamingRecogniser> {
	const engine = new ListenEngine(start, languages);
	await engine.connection();
	return engine;
}

class ListenEngine implements StreamingRecogniser {
	private connected: Promise<Connection> | undefined;
	private closed = false;

	constructor(
		private readonly start: () => Promise<Connection>,
		readonly languages?: FixedLanguages,
	) {}

	/** A worker that died is replaced when it is needed again. */
	async connection(): Promise<Connection> {
		if (this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'The recogniser was closed.');
		if (!this.connected) {
			const connected = this.start();
			this.connected = connected;
			const forget = (): void => {
				if (this.connected === connected) this.connected = undefined;
			};
			connected.then(async ({ ended }) => await ended.then(forget), forget);
		}
		return await this.connected;
	}

	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream> {
		const { client } = await this.connection();
		return await new Promise((resolve, reject) => {
			let stream: ListenStream | undefined;
			const call = client.call('listen', { settings }, (event) => {
				if (event.type === 'ready') {
					stream = new ListenStream(call, listener, event.partials);
					resolve(stream);
				} else stream?.receive(event);
			});
			call.result.catch(reject);
		});
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal?: AbortSignal): Promise<Transcription> {
		const { client } = await this.connection();
		const call = client.call('transcribe', { settings, pcm: piecesOf(pcm) });
		const cancel = (): void => call.cancel();
		if (signal?.aborted) cancel();
		signal?.addEventListener('abort', cancel);
		try {
			return await call.result;
		} finally {
			signal?.removeEventListener('abort', cancel);
		}
	}

	async close(): Promise<void> {
		this.closed = true;
		// A connection that failed or is gone has nothing to free.
		const connection = await this.connected?.catch(() => undefined);
		await connection?.stop();
	}
}

async function startListening(packDir: string): Promise<Connection> {
	const { pipe, ended } = startWorker(WORKER);
	const client = new RpcClient(listenWorkerProtocol, pipe, 'VOICE_ERR_INFERENCE_LOST');
	/** The worker ends itself when no run is under way. */
	const stop = async (): Promise<void> => {
		// Its answer may be lost in its own end, which is what is waited for.
		client.call('stop', {}).result.catch(() => undefined);
		await ended;
	};
	try {
		await client.call('load', { packDir }).result;
	} catch (error) {
		await stop();
		throw error;
	}
	return { client, ended, stop };
}
