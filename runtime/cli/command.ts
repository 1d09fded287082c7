/** One of the `voice-loop` commands. */
export interface Command {
	/** One line for the list of commands. */
	readonly about: string;
	/** Resolves to the exit code. */
	run(argv: string[]): Promise<number>;
}

/** The command was called with options that it does not understand. */
export class UsageError extends Error {}
