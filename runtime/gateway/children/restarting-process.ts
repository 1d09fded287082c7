import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorCode, VoiceError } from '../../contract/errors';
import { monotonicClock } from '../../lib/clock';
import type { Log } from '../../lib/log';
import { RpcClient } from '../../rpc/client';
import { pipeToChild } from '../../rpc/pipes';
import type { Protocol } from '../../rpc/protocol';

export interface RestartingProcessOptions<P extends Protocol> {
	readonly name: string;
	/** Compiled entry file. */
	readonly entry: string;
	readonly protocol: P;
	/** What its open calls fail with when it dies. */
	readonly lostCode: ErrorCode;
	readonly log: Log;
}

/** Starts the entry file; tests hand in processes of their own. */
export type Fork = (entry: string) => ChildProcess;

/** Waits before a restart: a crash on one bad input recovers at once, a crash loop costs little. */
const BACK_OFF_MS = [50, 200, 1000, 3000, 10_000];
/** A process that lived this long starts again with the shortest wait. */
const HEALTHY_AFTER_MS = 30_000;
/** How long a call waits for a process that is being started. Loading native code takes 1 to 3 s. */
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 3000;

export type ProcessState = 'starting' | 'ready' | 'down';

/** One life of the process. */
interface Life<P extends Protocol> {
	readonly child: ChildProcess;
	readonly client: RpcClient<P>;
	/** Resolves when the process has ended, or could not be started at all. */
	readonly ended: Promise<void>;
}

interface Waiter<P extends Protocol> {
	resolve(client: RpcClient<P>): void;
	reject(error: VoiceError): void;
}

/**
 * A child process that is started again when it dies. It owns the process: stop() ends it for good.
 * Calls that were open when it died fail with `lostCode`, and new ones go to its successor. Calls that were open
 * when it was stopped fail with VOICE_ERR_STOPPING, and so does ready() from then on: nothing comes after it.
 */
export class RestartingProcess<P extends Protocol> {
	private life: Life<P> | undefined;
	private current: ProcessState = 'down';
	private failures = 0;
	private lastEnd = '';
	private stopping = false;
	private ended: Promise<void> | undefined;
	private restart: NodeJS.Timeout | undefined;
	private readonly waiting = new Set<Waiter<P>>();

	constructor(
		private readonly options: RestartingProcessOptions<P>,
		private readonly forkChild: Fork = forkEntry,
	) {}

	get state(): ProcessState {
		return this.current;
	}

	get pid(): number | undefined {
		return this.life?.child.pid;
	}

	start(): void {
		if (this.stopping || this.life) return;
		clearTimeout(this.restart);
		const { entry, name, protocol, lostCode, log } = this.options;
		this.current = 'starting';
		const startedAt = monotonicClock.now();
		let child: ChildProcess;
		try {
			child = this.forkChild(entry);
		} catch (error) {
			log.error({ err: error, child: name }, 'child process could not be started');
			this.startLater('could not be started', startedAt);
			return;
		}
		const client = new RpcClient(protocol, pipeToChild(child), lostCode);
		const ended = new Promise<void>((resolve) => {
			const end = (how: string): void => {
				if (this.life === life) this.startLater(how, startedAt);
				resolve();
			};
			child.on('error', (error) => {
				log.error({ err: error, child: name }, 'child process failed');
				if (child.pid !== undefined) return;
				// Without a process there is no exit to wait for.
				if (child.connected) child.disconnect();
				end('could not be started');
			});
			child.once('exit', (code, signal) => end(signal ? `ended by ${signal}` : `ended with code ${code}`));
		});
		const life: Life<P> = { child, client, ended };
		this.life = life;
		// `stats` is in every protocol of ours: its first answer says that the process has loaded.
		client.call('stats', {} as never).result.then(
			() => this.started(life),
			(thrown: unknown) => log.debug({ code: VoiceError.from(thrown).code, child: name }, 'child process gave no first answer'),
		);
	}

	/**
	 * The process that now lives, or the next one if it is being started. Rejects with `lostCode` if there is none
	 * for 20 s, with VOICE_ERR_STOPPING once stop() was called.
	 */
	async ready(): Promise<RpcClient<P>> {
		if (this.stopping) throw this.stopped();
		if (this.current === 'ready' && this.life) return this.life.client;
		return await new Promise((resolve, reject) => {
			const settled = (): void => {
				clearTimeout(limit);
				this.waiting.delete(waiter);
			};
			const waiter: Waiter<P> = {
				resolve: (client) => {
					settled();
					resolve(client);
				},
				reject: (error) => {
					settled();
					reject(error);
				},
			};
			const limit = setTimeout(() => waiter.reject(this.notStarted()), START_LIMIT_MS);
			this.waiting.add(waiter);
		});
	}

	/** Resolves when the process has ended. It cannot be started again. */
	async stop(): Promise<void> {
		this.stopping = true;
		this.ended ??= this.end();
		await this.ended;
	}

	private async end(): Promise<void> {
		clearTimeout(this.restart);
		for (const waiter of [...this.waiting]) waiter.reject(this.stopped());
		if (!this.life) return;
		const { child, client, ended } = this.life;
		client.expectClose('VOICE_ERR_STOPPING');
		// Its cue to end; a signal to our whole process group may have come first.
		if (child.connected) child.disconnect();
		const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
		await ended;
		clearTimeout(kill);
	}

	private started(life: Life<P>): void {
		if (this.life !== life || this.stopping) return;
		this.current = 'ready';
		for (const waiter of [...this.waiting]) waiter.resolve(life.client);
	}

	private startLater(how: string, startedAt: number): void {
		this.life = undefined;
		this.current = 'down';
		if (this.stopping) return;
		this.lastEnd = how;
		this.failures = monotonicClock.now() - startedAt > HEALTHY_AFTER_MS ? 0 : this.failures + 1;
		const wait = BACK_OFF_MS[Math.min(Math.max(this.failures - 1, 0), BACK_OFF_MS.length - 1)];
		this.options.log.error({ child: this.options.name, why: how, restartInMs: wait }, 'child process is down');
		this.restart = setTimeout(() => this.start(), wait);
	}

	private notStarted(): VoiceError {
		const { name, lostCode } = this.options;
		const last = this.lastEnd === '' ? '' : ` Last time it ${this.lastEnd}.`;
		return new VoiceError(lostCode, `The ${name} process did not start within ${START_LIMIT_MS / 1000} s.${last}`);
	}

	private stopped(): VoiceError {
		return new VoiceError('VOICE_ERR_STOPPING', `The ${this.options.name} process has been stopped, because the runtime is shutting down.`);
	}
}

function forkEntry(entry: string): ChildProcess {
	return fork(entry, [], {
		execArgv: ['--enable-source-maps'],
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
}
