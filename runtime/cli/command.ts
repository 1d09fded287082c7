/** One of the `voice-loop` commands. */
export interface Command {
	/** One line for the list of commands. */
	readonly about: string;
	/** Resolves to the exit code. */
	run(argv: string[]): Promise<number>;
}

/** The command line is wrong: shown with the command's help, without a stack. */
export class UsageError extends Error {}
