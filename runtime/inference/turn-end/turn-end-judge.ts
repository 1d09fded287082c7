import { VoiceError } from '../../contract/errors';
import { log } from '../../lib/log';
import { RpcClient } from '../../rpc/client';
import { usableCores } from '../machine/cores';
import { modelFile, type Locate } from '../models/resolve';
import { startWorker } from '../workers/start-worker';
import { type PoolWorker, WorkerPool } from '../workers/worker-pool';
import { type TurnEndWorkerProtocol, turnEndWorkerProtocol } from './worker-protocol';

const WORKER = 'inference/turn-end/turn-end-worker.js';
/** On fewer cores a second thread only takes time from the recogniser. */
const CORES_FOR_TWO_THREADS = 4;

/**
 * Listens whether a caller who has fallen silent has finished: one thread for all calls. Nothing depends on it. Without it
 * the rules decide, and the log says once why.
 */
export class TurnEndJudge {
	private readonly pools = new Map<string, WorkerPool<TurnEndWorkerProtocol>>();
	private told: string | undefined;

	constructor(
		private readonly locate: Locate,
		private readonly worker = WORKER,
	) {}

	/** `pcm`: what the caller has said, 16 kHz. Rejects with VOICE_ERR_MODEL_MISSING, _BROKEN or _FAILED, or VOICE_ERR_CANCELLED. */
	async judge(model: string, pcm: Int16Array, signal: AbortSignal): Promise<{ probability: number }> {
		return await this.saying(async () => await (await this.pool(model)).call((client) => client.call('judge', { pcm }), signal));
	}

	/** Rejects as judge(). */
	async warm(model: string): Promise<void> {
		await this.saying(async () => await (await this.pool(model)).warm());
	}

	async close(): Promise<void> {
		await Promise.all([...this.pools.values()].map(async (pool) => await pool.close()));
	}

	private async pool(model: string): Promise<WorkerPool<TurnEndWorkerProtocol>> {
		const { path: file } = await modelFile(await this.locate(model, 'turn-end'), '.onnx');
		const known = this.pools.get(file);
		if (known) return known;
		const pool = new WorkerPool(async () => await this.start(file), 1);
		this.pools.set(file, pool);
		return pool;
	}

	private async start(file: string): Promise<PoolWorker<TurnEndWorkerProtocol>> {
		const { pipe, ended } = startWorker(this.worker);
		const client = new RpcClient(turnEndWorkerProtocol, pipe, 'VOICE_ERR_MODEL_FAILED');
		const stop = async (): Promise<void> => {
			// Its answer may be lost in its own end, which is what is waited for.
			client.call('stop', {}).result.catch(() => undefined);
			await ended;
		};
		try {
			await client.call('load', { file, threads: usableCores() >= CORES_FOR_TWO_THREADS ? 2 : 1 }).result;
			return { client, ended, stop };
		} catch (error) {
			await stop();
			throw error;
		}
	}

	/** The same trouble is told once; what has worked in between is told again. */
	private async saying<T>(work: () => Promise<T>): Promise<T> {
		try {
			const result = await work();
			this.told = undefined;
			return result;
		} catch (thrown) {
			const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
			if (error.code !== 'VOICE_ERR_CANCELLED' && error.code !== this.told) {
				this.told = error.code;
				log[error.code === 'VOICE_ERR_MODEL_MISSING' ? 'info' : 'warn']({ code: error.code, why: `${error.message} ${error.remedy}` }, 'the end of a turn is judged without the audio model');
			}
			throw error;
		}
	}
}
