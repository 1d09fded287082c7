import type { SpeakSettings } from '../../contract/agent-settings';
import type { PageEvent } from '../../contract/page-events';
import type { History } from '../../dialogue/history/history';
import type { InferenceServer } from '../calls/call-deps';
import type { CallJournal, ReplyRecord, StoredTurn } from '../journal/journal';
import type { AgentUtterance } from './agent-utterance';
import type { AnswerAhead } from './answer-ahead';

export interface ReplyDeps {
	/** Names the call to the model, which keeps its tokens in memory. */
	readonly conversation: string;
	readonly inference: InferenceServer;
	readonly history: History;
	/** Opens an utterance that speaks while the model writes; undefined where the caller cannot be reached any more. */
	readonly openUtterance: (speak: SpeakSettings) => AgentUtterance | undefined;
	/** Of this call, what was asked for before its node did. */
	readonly answerAhead: Pick<AnswerAhead, 'take'>;
	/** The first word, or the first tool call, comes within this, or the turn fails. */
	readonly firstWordMs: number;
	/** BCP 47 tag of what the caller speaks; '' where it may be any. */
	readonly language: string;
	/** Words of that turn may be missing, or others than were said. */
	readonly isDoubtful: (turn: number) => boolean;
	readonly tell: (event: PageEvent) => void;
	readonly toolsStarted: (tool: string) => void;
	readonly toolsDone: () => void;
	/** Writes down how far it has come, before anybody acts on it. */
	readonly keep: (record: ReplyRecord) => void;
	readonly together: CallJournal['together'];
}

/** As the process before has left it. */
export interface RestoredReply {
	readonly record: ReplyRecord;
	readonly turn: Pick<StoredTurn, 'heard' | 'writing'>;
}
