import type { SpeakSettings } from '../../contract/agent-settings';
import type { PageEvent } from '../../contract/page-events';
import type { History } from '../../dialogue/history/history';
import type { CallJournal, ReplyRecord, StoredTurn } from '../journal/journal';
import type { AgentUtterance } from './agent-utterance';
import type { AnswerParams, ModelAnswer } from './model-answer';

export interface ReplyDeps {
	readonly history: History;
	/** Opens an utterance that speaks while the model writes; undefined where the caller cannot be reached any more. */
	readonly openUtterance: (speak: SpeakSettings) => AgentUtterance | undefined;
	/** The call's model: it may have been asked already. */
	readonly model: { answer(params: AnswerParams): ModelAnswer };
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
