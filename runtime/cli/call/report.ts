import type { ErrorShape } from '../../contract/errors';
import type { SpeechGaps, TurnTimings } from '../../contract/turn';

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
	/** Where the reply fell silent in the middle. */
	gaps?: SpeechGaps | undefined;
	/** Measured here: last audible sample sent -> first audible sample received. */
	responseMs?: number;
	/** When that sample was received, on lib/clock's monotonic clock. */
	heardAt?: number;
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

/** What each figure means, in the order of a turn. */
const ROWS: Array<[keyof TurnTimings, string]> = [
	['user_speech', 'how long the caller spoke'],
	['eou_delay', 'end of speech -> end of turn'],
	['early_start', 'workflow started before end of turn'],
	['transcription_delay', 'end of speech -> final text'],
	['workflow_delay', 'end of turn -> first node'],
	['nodes_delay', 'first node -> model request'],
	['tools', 'tools'],
	['ttft', 'model request -> first token'],
	['sentence_delay', 'first token -> first sentence'],
	['ttfb', 'first sentence -> first sound'],
	['playout_delay', 'first sound -> audible sound sent'],
	['first_audio_delay', 'end of speech -> first sound sent'],
	['e2e_latency', 'end of speech -> audible sound sent'],
	['response_delay', 'end of turn -> audible sound sent'],
	['agent_speech', 'how long the agent was heard'],
];

/** One turn's times as lines of text. */
export function turnTable({ timings = {}, gaps, responseMs, silencedMs }: CallTurn): string[] {
	const rows: Array<[string, string, number | undefined]> = [
		...ROWS.map(([name, about]): [string, string, number | undefined] => [name, about, timings[name]]),
		['gaps', `silences within the speech (${gaps?.count ?? 0})`, gaps?.count ? gaps.totalMs : undefined],
		['(caller)', 'end of speech -> reply heard', responseMs],
		['(caller)', 'start of interruption -> agent silent', silencedMs],
	];
	return rows.flatMap(([name, about, ms]) =>
		ms === undefined ? [] : [`    ${name.padEnd(20)} ${about.padEnd(36)} ${ms.toFixed(0).padStart(6)} ms`],
	);
}
