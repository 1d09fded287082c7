import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { ErrorCode } from '../runtime/contract/error-kinds';
import { packageRoot } from '../runtime/lib/package-root';
import { RpcClient } from '../runtime/rpc/client';
import { pipeToChild } from '../runtime/rpc/pipes';
import type { Protocol } from '../runtime/rpc/protocol';

export interface Forked<P extends Protocol> {
	readonly child: ChildProcess;
	readonly client: RpcClient<P>;
	stop(): Promise<void>;
}

/** A process that answers `protocol`; `entry` is its compiled file, seen from the package's folder. */
export function forked<P extends Protocol>(entry: string, protocol: P, lost: ErrorCode): Forked<P> {
	const child = fork(path.join(packageRoot(), entry), []);
	const client = new RpcClient(protocol, pipeToChild(child), lost);
	const gone = once(child, 'exit');
	return {
		child,
		client,
		stop: async () => {
			if (child.connected) child.disconnect();
			await gone;
		},
	};
}
