import { fork } from 'node:child_process';

/** What became of a trial. */
export interface TrialOutcome {
	/** What it said, the answer last if there was one. */
	readonly messages: readonly unknown[];
	/** Why there is no answer; follows "it" or "the trial". */
	readonly unanswered: string | undefined;
	readonly stderr: string;
}

/** Of what the child says before it dies. */
const STDERR_KEPT = 20_000;

/**
 * Runs a compiled program in a throw-away process, which is gone when this resolves: a driver may end the process that uses it or
 * never come back, and no try/catch helps against that. Never rejects.
 */
export function tryInProcess(entry: string, args: readonly string[], limitMs: number, isAnswer: (message: unknown) => boolean): Promise<TrialOutcome> {
	return new Promise((resolve) => {
		const child = fork(entry, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [], env: process.env });
		const messages: unknown[] = [];
		let stderr = '';
		let answered = false;
		let over: string | undefined;
		const end = (why: string): void => {
			over ??= why;
			// Also after an answer: a driver may hang when its process ends.
			child.kill('SIGKILL');
		};
		const finish = (why: string): void => {
			clearTimeout(limit);
			resolve({ messages, unanswered: answered ? undefined : (over ?? why), stderr });
		};
		const limit = setTimeout(() => end(`it did not answer within ${limitMs / 1000} s`), limitMs);
		child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
		child.on('message', (message) => {
			if (answered || over !== undefined) return;
			messages.push(message);
			answered = isAnswer(message);
			if (answered) end('');
		});
		child.once('error', (error) => {
			end(error.message);
			// One that could not be started never closes.
			if (child.pid === undefined) finish(error.message);
		});
		child.once('close', (code, signal) => finish(`the trial ended the process (${signal ?? `exit code ${code}`})`));
	});
}
