import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { ErrorCode } from '../runtime/contract/errors';
import { Caller } from '../runtime/rpc/client';
import { pipeToChild } from '../runtime/rpc/pipes';
import type { Protocol } from '../runtime/rpc/protocol-types';

export interface Forked<P extends Protocol> {
	readonly child: ChildProcess;
	readonly caller: Caller<P>;
	stop(): Promise<void>;
}

/** A process that answers `protocol`; `entry` is its compiled file, from this folder. */
export function forked<P extends Protocol>(entry: string, protocol: P, lost: ErrorCode): Forked<P> {
	const child = fork(path.join(__dirname, entry), [], { serialization: 'advanced' });
	const caller = new Caller(protocol, pipeToChild(child), lost);
	const gone = once(child, 'exit');
	return {
		child,
		caller,
		stop: async () => {
			if (child.connected) child.disconnect();
			await gone;
		},
	};
}
