import { type ChildProcess, fork } from 'node:child_process';
import type { ErrorCode } from '../../contract/error-kinds';
import { VoiceError } from '../../contract/errors';
import type { ProcessState } from '../../contract/stats';
import { monotonicClock } from '../../lib/clock';
import type { Log } from '../../lib/log';
import { cpuMsOf } from '../../lib/process-load';
import { RpcClient } from '../../rpc/client';
import { pipeToChild } from '../../rpc/pipes';
import type { Protocol, ping } from '../../rpc/protocol';
import { Heartbeat } from './heartbeat';

/** A child's protocol: it can be asked whether it lives. */
export type ChildProtocol = Protocol & { readonly ping: typeof ping };

export interface RestartingProcessOptions<P extends ChildProtocol> {
	readonly name: string;
	/** Compiled entry file. */
	readonly entry: string;
	readonly protocol: P;
	/** What its open calls fail with when it dies. */
	readonly lostCode: ErrorCode;
	readonly log: Log;
	/** For its Node. */
	readonly flags?: readonly string[];
}

/** Starts the entry file; tests hand in processes of their own. */
export type Fork = (entry: string, flags?: readonly string[]) => ChildProcess;

/** Waits before a restart: a crash on one bad input recovers at once, a crash loop costs little. */
const BACK_OFF_MS = [50, 200, 1000, 3000, 10_000];
/** A process that lived this long starts again with the shortest wait. */
const HEALTHY_AFTER_MS = 30_000;
/** How long a call waits for a process that is being started. Loading native code takes 1 to 3 s. */
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 3000;
/** How long a process that was killed is waited for: one that the kernel holds, in a driver or on a lost disk, may not end. */
const KILL_LIMIT_MS = 3000;

/** One life of the process. */
interface Life<P extends ChildProtocol> {
	readonly child: ChildProcess;
	readonly client: RpcClient<P>;
	/** Resolves when the process has ended, or could not be started at all. */
	readonly ended: Promise<void>;
	readonly heartbeat: Heartbeat;
	readonly startedAt: number;
}

interface Waiter<P extends ChildProtocol> {
	resolve(client: RpcClient<P>): void;
	reject(error: VoiceError): void;
}

/**
 * A child process that is started again when it dies, and killed and started again when it hangs: when it does not
 * answer any more, or a step of its native code does not end (see heartbeat.ts). It owns the process: stop() ends it for good.
 * Calls that were open when it died fail with `lostCode`, and new ones go to its successor. Calls that were open
 * when it was stopped fail with VOICE_ERR_STOPPING, and so does ready() from then on: nothing comes after it.
 */
export class RestartingProcess<P extends ChildProtocol> {
	private life: Life<P> | undefined;
	private current: ProcessState = 'down';
	private failures = 0;
	private lastEnd = '';
	private stopping = false;
	private ended: Promise<void> | undefined;
	private restart: NodeJS.Timeout | undefined;
	private readonly waiting = new Set<Waiter<P>>();
	private readonly backListeners: Array<() => void> = [];

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

	/** Why nobody can work with it now; undefined while it is ready, and while it starts for the first time. */
	get trouble(): string | undefined {
		const { name } = this.options;
		if (this.current === 'ready') return undefined;
		if (this.current === 'silent') return `The ${name} process does not answer.`;
		return this.lastEnd === '' ? undefined : `The ${name} process ${this.lastEnd} and is being started again.`;
	}

	/** Hears each time that a successor of a process which died can be worked with. */
	onBack(listener: () => void): void {
		this.backListeners.push(listener);
	}

	start(): void {
		if (this.stopping || this.life) return;
		clearTimeout(this.restart);
		const { entry, name, protocol, lostCode, log } = this.options;
		this.current = 'starting';
		const startedAt = monotonicClock.now();
		let child: ChildProcess;
		try {
			child = this.forkChild(entry, this.options.flags);
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
		const heartbeat = new Heartbeat(async () => await client.call('ping', {}).result, {
			onAnswer: () => this.answered(life),
			onSilent: () => this.fellSilent(life),
			onHung: (why) => this.hung(life, why),
		}, () => (child.pid === undefined ? undefined : cpuMsOf(child.pid)));
		const life: Life<P> = { child, client, ended, heartbeat, startedAt };
		this.life = life;
	}

	/**
	 * The process that now lives, or the next one if it is being started. Rejects with `lostCode` if there is none
	 * for 20 s, with VOICE_ERR_STOPPING once stop() was called.
	 */
	async ready(): Promise<RpcClient<P>> {
		if (this.stopping) throw this.stopped();
		if (this.current === 'ready' && this.life) return this.life.client;
		// One that is silent may answer again, or has a successor soon.
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
		const { child, client, ended, heartbeat } = this.life;
		heartbeat.stop();
		client.expectClose('VOICE_ERR_STOPPING');
		// Its cue to end; a signal to our whole process group may have come first.
		if (child.connected) child.disconnect();
		let giveUp: NodeJS.Timeout | undefined;
		const unkillable = new Promise<void>((resolve) => {
			giveUp = setTimeout(() => {
				child.kill('SIGKILL');
				giveUp = setTimeout(resolve, KILL_LIMIT_MS);
			}, STOP_LIMIT_MS);
		});
		await Promise.race([ended, unkillable]);
		clearTimeout(giveUp);
	}

	private answered(life: Life<P>): void {
		if (this.life !== life || this.stopping) return;
		if (this.current === 'silent') this.options.log.warn({ child: this.options.name }, 'child process answers again');
		const back = this.current === 'starting' && this.lastEnd !== '';
		this.current = 'ready';
		for (const waiter of [...this.waiting]) waiter.resolve(life.client);
		if (back) for (const listener of this.backListeners) listener();
	}

	private fellSilent(life: Life<P>): void {
		if (this.life !== life || this.current !== 'ready') return;
		this.current = 'silent';
		this.options.log.warn({ child: this.options.name }, 'child process does not answer');
	}

	/** Whoever waits for an answer hears at once that there will be none. */
	private hung(life: Life<P>, why: string): void {
		if (this.life !== life || this.stopping) return;
		this.options.log.error({ child: this.options.name, why }, 'child process hangs and is killed');
		life.child.kill('SIGKILL');
		life.client.abandon();
		this.current = 'down';
		this.lastEnd = why;
		const giveUp = setTimeout(() => {
			if (this.life === life) this.startLater(why, life.startedAt);
		}, KILL_LIMIT_MS);
		void life.ended.then(() => clearTimeout(giveUp));
	}

	private startLater(how: string, startedAt: number): void {
		this.life?.heartbeat.stop();
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

function forkEntry(entry: string, flags: readonly string[] = []): ChildProcess {
	return fork(entry, [], {
		execArgv: ['--enable-source-maps', ...flags],
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
}
