import { RpcClient } from '../../../../rpc/client';
import { startWorker } from '../../../workers/start-worker';
import { type PoolWorker, WorkerPool } from '../../../workers/worker-pool';
import type { Frame } from '../tokens/frame-assembler';
import { type SnacWorkerProtocol, snacWorkerProtocol } from './worker-protocol';

/** More do not make it quicker. */
const MOST_THREADS = 4;
const WORKER = 'inference/speech/orpheus/snac/snac-worker.js';

/** Until it has been measured: a core of a server takes 15 to 35. */
const USUAL_FRAME_MS = 20;
/** What the latest window weighs among those before it. */
const LATEST_SHARE = 0.2;

/** How many workers, and threads of each, suit a machine: several threads make the first sound sooner, workers serve several speeches. */
export function decoderThreads(cores: number): { readonly workers: number; readonly threads: number } {
	const threads = Math.max(1, Math.min(MOST_THREADS, Math.floor(cores / 4)));
	return { threads, workers: Math.max(1, Math.floor(cores / Math.max(2, threads))) };
}

/** Turns frames into sound on threads of its own, because a run blocks its thread. Each holds the graph (52 MB). */
export class SnacDecoder {
	private readonly pool: WorkerPool<SnacWorkerProtocol>;
	private recentMs = USUAL_FRAME_MS;

	/** `most`: workers. `threads`: of each. */
	constructor(file: string, most: number, threads = 1) {
		this.pool = new WorkerPool(async () => await start(file, threads), most);
	}

	/** How long a frame has taken of late, ms, with the time for which a window waited for a worker. */
	get frameMs(): number {
		return this.recentMs;
	}

	/**
	 * 2048 samples a frame, 24 kHz, -1..1. `urgent`: goes before others' windows. Rejects with VOICE_ERR_CANCELLED,
	 * VOICE_ERR_MODEL_MISSING or _BROKEN.
	 */
	async decode(frames: readonly Frame[], signal: AbortSignal, urgent?: () => boolean): Promise<Float32Array> {
		const codes = frames.map((frame) => [...frame]);
		const startedAt = performance.now();
		const { samples } = await this.pool.call((client) => client.call('decode', { frames: codes }), signal, urgent);
		this.recentMs += ((performance.now() - startedAt) / frames.length - this.recentMs) * LATEST_SHARE;
		return samples;
	}

	async warm(): Promise<void> {
		await this.pool.warm();
	}

	/** Resolves when its threads are gone: exiting during a run aborts the process. */
	async close(): Promise<void> {
		await this.pool.close();
	}
}

async function start(file: string, threads: number): Promise<PoolWorker<SnacWorkerProtocol>> {
	const { pipe, ended } = startWorker(WORKER);
	const client = new RpcClient(snacWorkerProtocol, pipe, 'VOICE_ERR_MODEL_FAILED');
	/** A thread ends itself when no run is under way. */
	const stop = async (): Promise<void> => {
		// Its answer may be lost in its own end, which is what is waited for.
		client.call('stop', {}).result.catch(() => undefined);
		await ended;
	};
	try {
		await client.call('load', { file, threads }).result;
	} catch (error) {
		await stop();
		throw error;
	}
	return { client, ended, stop };
}
