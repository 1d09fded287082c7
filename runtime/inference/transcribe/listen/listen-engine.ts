import type { TranscribeSettings } from '../../../contract/agent';
import type { Transcription } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { Caller } from '../../../ipc/caller';
import { type StartedWorker, startWorker } from '../../onnx/start-worker';
import type { RecognitionListener, RecognitionStream, StreamingRecogniser } from '../engine';
import { ListenStream } from './listen-stream';
import { type ListenWorkerProtocol, listenWorkerProtocol } from './worker-protocol';

const WORKER = 'inference/transcribe/listen/worker.js';

/** Samples a message to the worker carries: its limit is 960000. */
const PIECE = 480_000;

/**
 * The streaming recogniser of a pack folder (models/listen). Rejects with VOICE_ERR_MODEL_MISSING or
 * VOICE_ERR_MODEL_BROKEN. All streams share one worker thread.
 */
export async function createListenEngine(packDir: string): Promise<StreamingRecogniser> {
	const engine = new ListenEngine(packDir);
	await engine.connection();
	return engine;
}

interface Connection {
	readonly worker: StartedWorker;
	readonly caller: Caller<ListenWorkerProtocol>;
}

class ListenEngine implements StreamingRecogniser {
	private connected: Promise<Connection> | undefined;
	private closed = false;

	constructor(private readonly packDir: string) {}

	/** A worker that died is replaced when it is needed again. */
	async connection(): Promise<Connection> {
		if (this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'The recogniser was closed.');
		if (!this.connected) {
			const connected = this.connect();
			this.connected = connected;
			const forget = (): void => {
				if (this.connected === connected) this.connected = undefined;
			};
			connected.then(async ({ worker }) => await worker.ended.then(forget), forget);
		}
		return await this.connected;
	}

	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream> {
		const { caller } = await this.connection();
		return await new Promise((resolve, reject) => {
			let stream: ListenStream | undefined;
			const call = caller.call('listen', { settings }, (event) => {
				if (event.type === 'ready') {
					stream = new ListenStream(call, listener);
					resolve(stream);
				} else stream?.receive(event);
			});
			call.result.catch(reject);
		});
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal?: AbortSignal): Promise<Transcription> {
		const { caller } = await this.connection();
		const pieces: Int16Array[] = [];
		for (let from = 0; from < pcm.length; from += PIECE) pieces.push(pcm.slice(from, from + PIECE));
		const call = caller.call('transcribe', { settings, pcm: pieces });
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
		if (connection) await stop(connection);
	}

	private async connect(): Promise<Connection> {
		const worker = startWorker(WORKER);
		const caller = new Caller(listenWorkerProtocol, worker.pipe, 'VOICE_ERR_INFERENCE_LOST');
		const connection = { worker, caller };
		try {
			await caller.call('load', { packDir: this.packDir }).result;
		} catch (error) {
			await stop(connection);
			throw error;
		}
		return connection;
	}
}

/** The worker ends itself when no run is under way. */
async function stop({ worker, caller }: Connection): Promise<void> {
	// Its answer may be lost in its own end, which is what is waited for.
	caller.call('stop', {}).result.catch(() => undefined);
	await worker.ended;
}
