import { log } from '../../../../lib/log';
import { type RpcCall, RpcClient } from '../../../../rpc/client';
import { startWorker } from '../../../workers/start-worker';
import type { PoolWorker } from '../../../workers/worker-pool';
import { type SnacWorkerProtocol, snacWorkerProtocol, type StreamingDecoder } from './worker-protocol';

const WORKER = 'inference/speech/orpheus/snac/snac-worker.js';

/** undefined for a decoder that is not understood. Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN. */
export async function prepareSnac(file: string): Promise<StreamingDecoder | undefined> {
	const worker = open();
	try {
		const { streaming, why } = await worker.client.call('prepare', { file }).result;
		if (!streaming) log.warn({ why }, 'orpheus: this SNAC decoder is decoded in windows, which costs twice as much');
		return streaming ?? undefined;
	} finally {
		await worker.stop();
	}
}

/** A thread with a decoder loaded. Rejects as `load` does. */
export async function startSnac(load: (client: RpcClient<SnacWorkerProtocol>) => RpcCall<never, unknown>): Promise<PoolWorker<SnacWorkerProtocol>> {
	const worker = open();
	try {
		await load(worker.client).result;
		return worker;
	} catch (error) {
		await worker.stop();
		throw error;
	}
}

export async function startOnCard(streaming: StreamingDecoder): Promise<PoolWorker<SnacWorkerProtocol>> {
	return await startSnac((client) => client.call('loadOnCard', { streaming }));
}

function open(): PoolWorker<SnacWorkerProtocol> {
	const { pipe, ended } = startWorker(WORKER);
	const client = new RpcClient(snacWorkerProtocol, pipe, 'VOICE_ERR_MODEL_FAILED');
	/** A thread ends itself when no run is under way. */
	const stop = async (): Promise<void> => {
		// Its answer may be lost in its own end, which is what is waited for.
		client.call('stop', {}).result.catch(() => undefined);
		await ended;
	};
	return { client, ended, stop };
}
