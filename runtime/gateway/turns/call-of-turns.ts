import type { PageEvent } from '../../contract/page-events';
import type { PromptStart } from '../../contract/chat';
import type { ConversationInput } from '../../dialogue/conversation-events';
import type { History } from '../../dialogue/history/history';
import type { CallDeps, CallListener } from '../calls/call-deps';
import type { CallRequest } from '../calls/call-request';
import type { CallJournal } from '../journal/journal';
import type { AgentVoice } from './agent-voice';

/** What turns need of the call that they belong to. */
export interface CallOfTurns {
	readonly sessionId: string;
	readonly request: CallRequest;
	readonly deps: Pick<CallDeps, 'inference' | 'dispatcher' | 'log'>;
	readonly listener: Pick<CallListener, 'turnStarted' | 'turnForgotten'>;
	readonly history: History;
	readonly voice: AgentVoice;
	readonly tell: (event: PageEvent) => void;
	readonly step: (input: ConversationInput) => void;
	/** What the model is asked with. */
	readonly offered: (start: PromptStart) => void;
	/** Writes down what has come of a turn. */
	readonly keep: CallJournal['turn'];
	readonly keepReply: CallJournal['reply'];
	readonly keepSound: CallJournal['sound'];
	readonly together: CallJournal['together'];
}
