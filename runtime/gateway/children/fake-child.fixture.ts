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

	send(message: WireMessage): boolean {
		this.sent.push(message);
		return true;
	}

	disconnect(): void {
		this.connected = false;
		if (this.obedient) this.dies(0, null);
	}

	kill(signal: string): boolean {
		this.signals.push(signal);
		this.dies(null, signal);
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

	/** Has loaded: answers the first question. */
	loads(): void {
		this.answers('stats', { sessions: 0, loopDelayMs: 0, rssBytes: 1, cpuMs: 1 });
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
