import type { ErrorCode } from '../../../contract/error-kinds';
import type { RpcClient } from '../../../rpc/client';
import type { Protocol } from '../../../rpc/protocol';
import { startModelProcess } from '../model-process';
import type { PoolWorker } from '../worker-pool';

/**
 * Starts a program that works with sherpa-onnx, which ends its process at many faults of a file, and at some of a text; and
 * writes texts that it cannot say to stderr. `lostCode` is what calls fail with when the process ends. Rejects as
 * startModelProcess.
 */
export async function startSherpa<P extends Protocol, R>(
	file: string,
	protocol: P,
	lostCode: ErrorCode,
	folder: string,
	load: (client: RpcClient<P>) => Promise<R>,
): Promise<PoolWorker<P> & { readonly loaded: R }> {
	const remedy = 'Its files may belong to different models, or to a kind that sherpa-onnx does not know. Fetch it again from where sherpa-onnx publishes it, or choose another one.';
	return await startModelProcess({ file, protocol, lostCode, engine: 'sherpa-onnx', remedy }, folder, load);
}
