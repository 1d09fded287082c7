import { Caller } from '../../../ipc/caller';
import { startWorker } from '../../onnx/start-worker';
import { type PoolWorker, WorkerPool } from '../../onnx/worker-pool';
import type { Frame } from '../tokens/frame-assembler';
import { type SnacWorkerProtocol, snacWorkerProtocol } from './worker-protocol';

const WORKER = 'inference/orpheus/snac/worker.js';

/** Turns frames into sound on threads of its own, because a run blocks its thread. Each holds the graph (52 MB). */
export class SnacDecoder {
	private readonly pool: WorkerPool<SnacWorkerProtocol>;

	/** `most`: threads. */
	constructor(file: string, most: number) {
		this.pool = new WorkerPool(async () => await start(file), most);
	}

	/**
	 * 2048 samples a frame, 24 kHz, -1..1. `urgent`: goes before others' windows. Rejects with VOICE_ERR_CANCELLED,
	 * VOICE_ERR_MODEL_MISSING or _BROKEN.
	 */
	async decode(frames: readonly Frame[], signal: AbortSignal, urgent?: () => boolean): Promise<Float32Array> {
		const codes = frames.map((frame) => [...frame]);
		return (await this.pool.call((caller) => caller.call('decode', { frames: codes }), signal, urgent)).samples;
	}

	async warm(): Promise<void> {
		await this.pool.warm();
	}

	/** Resolves when its threads are gone: exiting during a run aborts the process. */
	async close(): Promise<void> {
		await this.pool.close();
	}
}

async function start(file: string): Promise<PoolWorker<SnacWorkerProtocol>> {
	const { pipe, ended } = startWorker(WORKER);
	const caller = new Caller(snacWorkerProtocol, pipe, 'VOICE_ERR_MODEL_FAILED');
	/** A thread ends itself when no run is under way. */
	const stop = async (): Promise<void> => {
		// Its answer may be lost in its own end, which is what is waited for.
		caller.call('stop', {}).result.catch(() => undefined);
		await ended;
	};
	try {
		await caller.call('load', { file }).result;
	} catch (error) {
		await stop();
		throw error;
	}
	return { caller, ended, stop };
}
