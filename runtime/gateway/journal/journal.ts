import type { SpeakSettings } from '../../contract/agent-settings';
import type { OpenSession, ReplyAsk } from '../../contract/control';
import type { PageEvent } from '../../contract/page-events';
import type { ConversationInput, StartTurn } from '../../dialogue/conversation-events';
import type { TurnEntry } from '../../dialogue/history/transcript-entry';

/** What a call is from its start on. Times are ms since 1970: they outlive the process, and the machine's uptime. */
export interface CallBeginning {
	readonly id: string;
	/** Without the caller's offer. */
	readonly request: Omit<OpenSession, 'join'>;
	/** Of the resume token, base64. */
	readonly tokenHash: string;
	readonly openedAt: number;
}

/** One turn: enough for the node that works on it to be known again, and for the history to hold what was heard. */
export interface TurnRecord {
	readonly id: string;
	readonly start: StartTurn;
	/** The execution that has claimed it. */
	readonly owner?: string | undefined;
	/** What the caller has heard of the answer. */
	readonly heard: string;
	/** The reply that was asked for last: its tools may give their results to this process. */
	readonly ask?: ReplyAsk | undefined;
	readonly ended?: 'spoken' | 'interrupted' | 'failed' | undefined;
	/** All that it says, and how, where that is written to its end: what was not heard is still said. */
	readonly says?: { readonly text: string; readonly speak: SpeakSettings } | undefined;
}

/** A call that had not ended when the process did. */
export interface StoredCall extends CallBeginning {
	/** When the last of it was written. */
	readonly lastAt: number;
	/** In order; their `at` is monotonic time of this process. */
	readonly inputs: readonly ConversationInput[];
	readonly events: readonly PageEvent[];
	readonly history: readonly TurnEntry[];
	readonly turns: readonly TurnRecord[];
}

/**
 * What of the calls outlives the gateway. Each is written before anybody is told of what follows from it: the inputs of the
 * conversation, the history with its tool calls, the turns. Nothing here throws: a call goes on though its journal cannot.
 */
export interface Journal {
	/** Those of the process before, once. */
	take(): StoredCall[];
	open(call: CallBeginning): CallJournal;
	/** Goes on with one that take() gave. */
	goOn(call: StoredCall): CallJournal;
	close(): void;
}

export interface CallJournal {
	input(input: ConversationInput): void;
	event(event: PageEvent): void;
	/** All of it, of which nothing before `from` has changed. */
	history(entries: readonly TurnEntry[], from: number): void;
	turn(record: TurnRecord): void;
	/** The call is forgotten. */
	ended(): void;
}

const NOTHING: CallJournal = { input: () => undefined, event: () => undefined, history: () => undefined, turn: () => undefined, ended: () => undefined };

/** Calls live in memory only. */
export const noJournal: Journal = { take: () => [], open: () => NOTHING, goOn: () => NOTHING, close: () => undefined };
