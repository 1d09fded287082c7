import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

export interface LoggedOptions {
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
	/** Appended to; only its owner can read it. */
	readonly logFile: string;
}

/** What it said last, for an error that names the cause. */
const TAIL_CHARACTERS = 3000;

/**
 * A process in a group of its own (a Ctrl-C reaches it only through stop()), whose output goes to a log file.
 * It owns the group: stop() ends it, and so does the end of this process.
 */
export class LoggedProcess {
	/** Resolves when it has ended, for whatever reason, and its log is written. */
	readonly ended: Promise<void>;
	/** What it writes to its standard output. */
	readonly output: Readable;
	readonly #child: ChildProcess;
	#running = true;
	#tail = '';
	#howEnded = '';

	constructor(command: string, args: readonly string[], { cwd, env, logFile }: LoggedOptions) {
		const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
		const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
		this.#child = child;
		this.output = child.stdout;
		for (const stream of [child.stdout, child.stderr]) {
			stream.pipe(log, { end: false });
			stream.on('data', (chunk: Buffer) => {
				this.#tail = (this.#tail + chunk.toString()).slice(-TAIL_CHARACTERS);
			});
		}
		// A test runner that gives up must not leave anything behind.
		const abandon = () => this.#kill();
		process.once('exit', abandon);
		this.ended = new Promise((resolve) => {
			const end = () => {
				this.#running = false;
				process.removeListener('exit', abandon);
				log.end();
				resolve();
			};
			child.once('error', (error) => {
				this.#tail += error.message;
				end();
			});
			child.once('close', (code, signal) => {
				this.#howEnded = signal ?? `exit code ${code}`;
				end();
			});
		});
	}

	get running(): boolean {
		return this.#running;
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** "exit code 1" or a signal's name, once it has ended. */
	get howEnded(): string {
		return this.#howEnded;
	}

	/** The end of what it has written. */
	get tail(): string {
		return this.#tail.trim();
	}

	/** SIGTERM, and SIGKILL to all of the group that is left after `graceMs`. */
	async stop(graceMs: number): Promise<void> {
		if (!this.#running) return;
		this.#child.kill('SIGTERM');
		const killer = setTimeout(() => this.#kill(), graceMs);
		await this.ended;
		clearTimeout(killer);
	}

	#kill(): void {
		try {
			if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
		} catch {
			// It ended in the meantime.
		}
	}
}
