import type { SpeakSettings } from '../../contract/agent-settings';
import type { OpenSession, ReplyAsk, ReplyStep, Usage } from '../../contract/control';
import type { PageEvent } from '../../contract/page-events';
import type { ToolRecord } from '../../contract/turn';
import type { ConversationInput, StartTurn } from '../../dialogue/conversation-events';
import type { TurnEntry } from '../../dialogue/history/transcript-entry';
import type { SendMemory } from '../../contract/link';

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
	/** It was begun early, and its end was not certain yet: with its process it came to nothing. */
	readonly early?: boolean | undefined;
	/** The execution that has claimed it. */
	readonly owner?: string | undefined;
	/** What the caller has heard of the answer. */
	readonly heard: string;
	/** n8n has taken it: an execution works on it, or will. */
	readonly dispatched?: boolean | undefined;
	readonly ended?: 'spoken' | 'interrupted' | 'failed' | undefined;
	/** It has ended, and the history holds what was heard of it. */
	readonly settled?: boolean | undefined;
	/** What the reply's step under way has written, as far as words of it may have been heard. */
	readonly writing?: string | undefined;
	/**
	 * All that it says, and how, where that is written to its end: what was not heard is still said. `request`: of the node that
	 * has asked for it.
	 */
	readonly says?: { readonly text: string; readonly speak: SpeakSettings; readonly request?: string | undefined } | undefined;
}

/** The reply to a turn that was asked for last, between its steps. */
export interface ReplyRecord {
	readonly ask: ReplyAsk;
	/** All that the steps so far have written. */
	readonly written: string;
	/** Tool calls whose results the model waits for. */
	readonly open: readonly string[];
	/** All tool calls of the turn. */
	readonly tools: readonly ToolRecord[];
	readonly usage: Usage;
	/** What the last step was answered with: given again to a node that never got it. */
	readonly answer?: { readonly request: string | undefined; readonly step: ReplyStep } | undefined;
}

export interface StoredTurn extends TurnRecord {
	readonly reply?: ReplyRecord | undefined;
	/** 16 kHz, of a turn whose words nobody has recognised yet. */
	readonly sound?: Int16Array | undefined;
}

/** A call that had not ended when the process did. */
export interface StoredCall extends CallBeginning {
	/** When the last of it was written. */
	readonly lastAt: number;
	/** In order; their `at` is monotonic time of this process. */
	readonly inputs: readonly ConversationInput[];
	readonly events: readonly PageEvent[];
	readonly history: readonly TurnEntry[];
	readonly turns: readonly StoredTurn[];
	readonly sending?: SendMemory | undefined;
}

/**
 * What of the calls outlives the gateway. Each is written before anybody is told of what follows from it: the inputs of the
 * conversation, the history with its tool calls, the turns. Nothing here throws: a call goes on though its journal cannot.
 */
export interface Journal {
	/** A call of now may be gone on with by the next process. */
	readonly keeps: boolean;
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
	reply(turnId: string, record: ReplyRecord): void;
	/** undefined: it is needed no more. */
	sound(turnId: string, pcm: Int16Array | undefined): void;
	/** What is known of the caller's network. */
	sending(memory: SendMemory): void;
	/** All that `act` writes is there afterwards, or nothing of it. */
	together<T>(act: () => T): T;
	/** The call is forgotten. */
	ended(): void;
}

const NOTHING: CallJournal = {
	input: () => undefined,
	event: () => undefined,
	history: () => undefined,
	turn: () => undefined,
	reply: () => undefined,
	sound: () => undefined,
	sending: () => undefined,
	together: (act) => act(),
	ended: () => undefined,
};

/** Calls live in memory only. */
export const noJournal: Journal = { keeps: false, take: () => [], open: () => NOTHING, goOn: () => NOTHING, close: () => undefined };
