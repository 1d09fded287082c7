import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ErrorCode, VoiceError } from '../../contract/errors';
import { RpcClient } from '../../rpc/client';
import { pipeToChild } from '../../rpc/pipes';
import type { Protocol } from '../../rpc/protocol';
import type { Log } from '../../lib/log';

export interface RestartingProcessOptions<P extends Protocol> {
	readonly name: string;
	/** Compiled entry file. */
	readonly entry: string;
	readonly protocol: P;
	/** What its open calls fail with when it dies. */
	readonly lostCode: ErrorCode;
	readonly log: Log;
}

/** Waits before a restart, ms: a crash on one bad input recovers at once, a crash loop costs little. */
const BACK_OFF_MS = [50, 200, 1000, 3000, 10_000];
/** A process that lived this long starts again with the shortest wait. */
const HEALTHY_AFTER_MS = 30_000;
/** How long a call waits for a process that is being started. Loading native code takes 1 to 3 s. */
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 3000;

export type ProcessState = 'starting' | 'ready' | 'down';

/**
 * A child process that is started again when it dies. It owns the process: stop() ends it for good.
 * Calls that were open when it died have failed with `lostCode`; new ones go to its successor.
 */
export class RestartingProcess<P extends Protocol> {
	private process: ChildProcess | undefined;
	private client: Promise<RpcClient<P>> | undefined;
	private current: ProcessState = 'down';
	private failures = 0;
	private stopping = false;
	private restart: NodeJS.Timeout | undefined;

	constructor(private readonly options: RestartingProcessOptions<P>) {}

	get state(): ProcessState {
		return this.current;
	}

	get pid(): number | undefined {
		return this.process?.pid;
	}

	start(): void {
		if (this.stopping || this.process) return;
		const { entry, name, protocol, lostCode, log } = this.options;
		const startedAt = Date.now();
		this.current = 'starting';
		const child = fork(entry, [], {
			serialization: 'advanced',
			execArgv: ['--enable-source-maps'],
			stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		});
		this.process = child;
		const client = new RpcClient(protocol, pipeToChild(child), lostCode);
		// `stats` is in every protocol of ours: its first answer says that the process has loaded.
		this.client = client.call('stats', {} as never).result.then(() => {
			this.current = 'ready';
			return client;
		});
		this.client.catch(() => undefined);
		child.once('error', (error) => log.error({ err: error, child: name }, 'child could not be started'));
		child.once('exit', (code, signal) => {
			this.process = undefined;
			this.current = 'down';
			if (this.stopping) return;
			this.failures = Date.now() - startedAt > HEALTHY_AFTER_MS ? 0 : this.failures + 1;
			const wait = BACK_OFF_MS[Math.min(Math.max(this.failures - 1, 0), BACK_OFF_MS.length - 1)];
			log.error({ child: name, code, signal, restartInMs: wait }, 'child process ended');
			this.restart = setTimeout(() => this.start(), wait);
		});
	}

	/** The process that now lives, or the next one if it is being started. */
	async ready(): Promise<RpcClient<P>> {
		const deadline = Date.now() + START_LIMIT_MS;
		for (;;) {
			const left = deadline - Date.now();
			if (this.stopping || left <= 0) throw this.lost();
			const client = this.process && this.client;
			const answer = client && (await Promise.race([client.catch(() => undefined), pause(left)]));
			if (answer) return answer;
			await pause(Math.min(left, 20));
		}
	}

	async stop(): Promise<void> {
		this.stopping = true;
		clearTimeout(this.restart);
		const child = this.process;
		if (!child) return;
		const ended = once(child, 'exit');
		// Its cue to end; a signal to our whole process group may have come first.
		if (child.connected) child.disconnect();
		const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
		await ended;
		clearTimeout(kill);
	}

	private lost(): VoiceError {
		return new VoiceError(this.options.lostCode, `The ${this.options.name} process is not running.`);
	}
}

function pause(ms: number): Promise<undefined> {
	return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
