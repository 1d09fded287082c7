import type { Random } from './random';

/** A process that has to live through all of it. */
export interface Watched {
	readonly name: string;
	readonly pid: number;
	readonly rssBytes: number;
}

/** One way by which something from outside comes in. */
export interface Surface {
	readonly name: string;
	/** Of all inputs. */
	readonly share: number;
	/** How many at a time. */
	readonly sideBySide: number;
	open(target: Target): Promise<OpenSurface>;
}

export interface OpenSurface {
	/**
	 * One input. Resolves when it was answered, in whatever way it may be: to what is wrong with the answer, else to
	 * undefined. Rejects where there was no answer, which is a crash unless all processes live.
	 */
	try(index: number, random: Random): Promise<string | undefined>;
	/** Asked between inputs; a process that is another one than before has died. Rejects where one is gone. */
	watched(): Promise<Watched[]>;
	close(): Promise<void>;
}

/** What is attacked. */
export interface Target {
	readonly seed: number;
	readonly runtime: RunningTarget;
	/** A server that answers in the runtime's place: what it says to the next request that contains `#INDEX#`. */
	readonly answers: Answers;
}

export interface Answers {
	answerFor: (index: number, path: string) => OddAnswer | undefined;
}

export interface RunningTarget {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	watched(): Promise<Watched[]>;
}

export interface OddAnswer {
	readonly status: number;
	readonly contentType: string;
	readonly pieces: readonly Buffer[];
	/** The connection breaks after the last piece, or stays silent. */
	readonly end: 'whole' | 'broken' | 'silent';
}
