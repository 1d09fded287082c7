import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { cancelled } from '../../lib/async';
import { RpcClient } from '../../rpc/client';
import { type InferenceProtocol, inferenceProtocol, type ModelTrial, type TriedTask } from '../../rpc/inference-protocol';
import { pipeToChild } from '../../rpc/pipes';

/** One that is in the middle of native code does not hear that it should end. */
const END_LIMIT_MS = 5000;

/** An inference process of the command's own: nothing of a running runtime is in it. */
export class TrialProcess {
	private readonly client: RpcClient<InferenceProtocol>;

	private constructor(
		private readonly child: ChildProcess,
		private readonly signal: AbortSignal,
	) {
		this.client = new RpcClient(inferenceProtocol, pipeToChild(child), 'VOICE_ERR_INFERENCE_LOST');
	}

	static start(signal: AbortSignal): TrialProcess {
		if (signal.aborted) throw cancelled(signal.reason);
		const entry = path.join(__dirname, '..', '..', 'inference', 'main.js');
		// Its log is for whoever runs a runtime; what fails comes back as an error. Ctrl-C is for the command to handle.
		return new TrialProcess(fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true }), signal);
	}

	/** Rejects with VOICE_ERR_CANCELLED when aborted, VOICE_ERR_INFERENCE_LOST for a model that ends its process. */
	async measure(task: TriedTask, model: string): Promise<ModelTrial> {
		const stop = new Promise<never>((_, reject) => this.signal.addEventListener('abort', () => reject(cancelled(this.signal.reason)), { once: true }));
		stop.catch(() => undefined);
		return await Promise.race([this.client.call('tryModel', { task, model }).result, stop]);
	}

	async stop(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const exit = once(this.child, 'exit');
		// It ends with its connection, and its own processes with it.
		this.child.disconnect();
		const limit = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS);
		await exit;
		clearTimeout(limit);
	}
}
