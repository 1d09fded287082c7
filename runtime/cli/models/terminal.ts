import { createInterface } from 'node:readline/promises';

/** Where a command writes and asks; tests pass their own. */
export interface Terminal {
	/** What scripts read. */
	out(line: string): void;
	/** What only people read. */
	note(line: string): void;
	/** Writes over the last line written so; '' clears it. Only where `interactive`. */
	overwrite(line: string): void;
	/** A person sits there. */
	readonly interactive: boolean;
	readonly columns: number;
	/** '' where no answer comes. Rejects when aborted. */
	ask(question: string, signal: AbortSignal): Promise<string>;
}

export function realTerminal(): Terminal {
	const { stdin, stdout, stderr } = process;
	return {
		out: (line) => void stdout.write(`${line}\n`),
		note: (line) => void stderr.write(`${line}\n`),
		overwrite: (line) => void stderr.write(`\r\x1b[K${line}`),
		interactive: stdin.isTTY === true && stderr.isTTY === true,
		columns: stderr.columns ?? 80,
		ask: async (question, signal) => {
			const lines = createInterface({ input: stdin, output: stderr });
			// The terminal is in raw mode here: Ctrl-C is a key, and no signal unless we make it one.
			lines.once('SIGINT', () => void process.kill(process.pid, 'SIGINT'));
			const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
			try {
				return await Promise.race([lines.question(question, { signal }), closed]);
			} catch (error) {
				if (signal.aborted) throw error;
				// Ctrl-D is no answer.
				return '';
			} finally {
				lines.close();
			}
		},
	};
}
