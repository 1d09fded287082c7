import type { ErrorShape } from '../../contract/errors';
import type { TurnTimings } from '../../contract/turn';

export interface ReportedTool {
	readonly id: string;
	readonly name: string;
	readonly arguments: Record<string, unknown>;
	ok?: boolean;
	durationMs?: number;
}

/** One turn as the caller saw it. All times in ms. */
export interface CallTurn {
	/** What the caller said, as it was put in; '' for a recording. */
	readonly said: string;
	turnId?: string;
	/** What the agent understood. */
	heard?: string;
	understood?: boolean;
	/** What the caller was told, as far as it was heard. */
	reply?: string;
	interrupted?: boolean;
	readonly tools: ReportedTool[];
	/** The runtime's own figures. */
	timings?: TurnTimings;
	/** Measured here: last audible sample sent -> first audible sample received. */
	responseMs?: number;
	/** Measured here, when interrupting: first audible sample sent -> last audible sample of the old reply received. */
	silencedMs?: number;
	error?: ErrorShape;
	/** The agent replied, the caller heard it, and nothing failed. */
	answered: boolean;
}

export interface CallReport {
	readonly sessionId: string;
	readonly agent: string;
	/** Said by the agent before the caller's first words. */
	readonly greeting: string;
	readonly turns: CallTurn[];
	/** Why the call ended, where the caller did not end it. */
	readonly ended?: string;
	/** Errors that belong to no turn. */
	readonly errors: ErrorShape[];
}
