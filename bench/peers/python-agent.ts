import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../runtime/lib/package-root';
import { CannotRun } from '../report';

/** Its imports take seconds on a busy machine. */
const READY_WITHIN_MS = 120_000;
const END_WITHIN_MS = 20_000;

/** An agent of this folder, in Python, which says in a line when it can be called and ends with its input. */
export class PythonAgent {
	private constructor(
		private readonly child: ChildProcess,
		/** Its line. */
		readonly said: string,
	) {}

	/** @throws CannotRun where it ends instead */
	static async start(python: string, script: string, engines: string, env: NodeJS.ProcessEnv = {}): Promise<PythonAgent> {
		const child = spawn(python, [path.join(packageRoot(), 'bench', 'peers', script), '--engines', `${engines}/v1`], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
		const [said] = (await Promise.race([
			once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch(() => ['']),
			once(child, 'exit').then(() => ['']),
		])) as [string];
		if (said !== '') return new PythonAgent(child, said);
		child.kill('SIGKILL');
		throw new CannotRun(`${script} did not get ready; what it said is above.`);
	}

	get pids(): readonly number[] {
		return this.child.pid === undefined ? [] : [this.child.pid];
	}

	async stop(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const ended = once(this.child, 'exit');
		this.child.stdin?.end();
		const hangs = setTimeout(() => this.child.kill('SIGKILL'), END_WITHIN_MS);
		await ended;
		clearTimeout(hangs);
	}
}
