import { EventEmitter } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import type { WireMessage } from '../../rpc/protocol';
import type { Log } from '../../lib/log';
import type { Fork } from './restarting-process';

let nextPid = 1000;

/** The parent's side of a child process that does what the test says, at once. */
export class FakeChild extends EventEmitter {
	pid: number | undefined = nextPid++;
	connected = true;
	readonly sent: WireMessage[] = [];
	readonly signals: string[] = [];
	/** A process that is well ends when its parent lets go of it. */
	obedient = true;

	/** What `fork` gives is far more; this is all that is used of it. */
	get asChild(): ChildProcess {
		return this as unknown as ChildProcess;
	}

	/** Answers heartbeats from its first answer on. */
	private well = false;
	/** What it says of its native code. */
	stuckMs = 0;
	/** Whether SIGKILL ends it: not while the kernel holds it. */
	killable = true;

	/** Heartbeats are answered by itself, and are not in `sent`. */
	send(message: WireMessage): boolean {
		if (message.kind !== 'call' || message.op !== 'ping') this.sent.push(message);
		else if (this.well) this.pong(message.id);
		else this.unanswered.push(message.id);
		return true;
	}

	private readonly unanswered: number[] = [];

	private pong(id: number, value: unknown = { stuckMs: this.stuckMs }): void {
		this.emit('message', { kind: 'result', id, value });
	}

	/** From now on it answers nothing, as after SIGSTOP. */
	hangs(): void {
		this.well = false;
	}

	/** Answers what it was asked meanwhile, as after SIGCONT; or has loaded. */
	loads(): void {
		this.well = true;
		for (const id of this.unanswered.splice(0)) this.pong(id);
	}

	/** Its first answer makes no sense. */
	answersNonsense(): void {
		for (const id of this.unanswered.splice(0)) this.pong(id, { nonsense: true });
	}

	disconnect(): void {
		this.connected = false;
		if (this.obedient) this.dies(0, null);
	}

	kill(signal: string): boolean {
		this.signals.push(signal);
		if (this.killable) this.dies(null, signal);
		return true;
	}

	dies(code: number | null = 1, signal: string | null = null): void {
		this.connected = false;
		this.emit('exit', code, signal);
	}

	/** There never was a process. */
	cannotStart(): void {
		this.pid = undefined;
		this.emit('error', new Error('spawn EAGAIN'));
	}

	/** Answers the newest open question of this kind. */
	answers(op: string, value: unknown): void {
		const call = this.sent.findLast((message) => message.kind === 'call' && message.op === op);
		this.emit('message', { kind: 'result', id: call?.id ?? 0, value });
	}
}

/** Every process that was started, in order. */
export class FakeChildren {
	readonly all: FakeChild[] = [];
	/** While it is set, nothing can be started. */
	refuses: Error | undefined;

	readonly fork: Fork = () => {
		if (this.refuses) throw this.refuses;
		const child = new FakeChild();
		this.all.push(child);
		return child.asChild;
	};

	get newest(): FakeChild {
		const newest = this.all.at(-1);
		if (!newest) throw new Error('nothing was started');
		return newest;
	}
}

export const silent: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
