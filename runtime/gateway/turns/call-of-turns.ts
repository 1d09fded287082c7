import type { OpenSession } from '../../contract/control';
import type { PageEvent } from '../../contract/page-events';
import type { ConversationInput } from '../../dialogue/conversation-events';
import type { History } from '../../dialogue/history/history';
import type { CallDeps, CallListener } from '../calls/call-deps';
import type { AgentVoice } from './agent-voice';

/** What turns need of the call that they belong to. */
export interface CallOfTurns {
	readonly sessionId: string;
	readonly request: OpenSession;
	readonly deps: Pick<CallDeps, 'inference' | 'dispatcher' | 'log'>;
	readonly listener: Pick<CallListener, 'turnStarted' | 'turnForgotten'>;
	readonly history: History;
	readonly voice: AgentVoice;
	readonly tell: (event: PageEvent) => void;
	readonly step: (input: ConversationInput) => void;
}
