import type { ChatMessage, PromptStart } from '../../contract/chat';
import type { ConversationInput } from '../../dialogue/conversation-events';
import type { History } from '../../dialogue/history/history';
import { needsOf } from '../../dialogue/turn-taking/tool-needs';
import { monotonicClock } from '../../lib/clock';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { ParamsIn } from '../../rpc/protocol';
import { promptBeginning } from '../turns/model-answer';
import { type CallRequest, permittedTools } from './call-request';

/** null where only the node knows. */
export type WarmPrompt = ParamsIn<InferenceProtocol['warm']>['prompt'];

/** What stands at the beginning of the prompts of any call of an agent. */
export function promptOf(conversation: string, { instructions, tools }: PromptStart, said: readonly ChatMessage[]): WarmPrompt {
	return { conversation, messages: promptBeginning(instructions, said), tools: [...tools] };
}

/**
 * What the model of a call will read before the caller's next words: the trigger knows it beforehand where nothing in it is an
 * expression, Llama Chat in each turn.
 */
export class PromptAhead {
	private start: PromptStart | null;
	private readonly greeting: string;

	constructor(
		private readonly conversation: string,
		{ agent: { promptStart, greeting }, permit }: CallRequest,
		private readonly history: History,
		private readonly step: (input: ConversationInput) => void,
	) {
		this.greeting = greeting;
		this.start = promptStart && { ...promptStart, tools: permittedTools(promptStart.tools, permit) };
	}

	/** A node asks for a reply with these. */
	offered({ instructions, tools }: PromptStart): void {
		this.start = { instructions, tools };
		this.step({ type: 'toolsOffered', at: monotonicClock.now(), tools: needsOf(tools) });
	}

	get prompt(): WarmPrompt {
		return this.start && promptOf(this.conversation, this.start, this.said());
	}

	/** The greeting is being spoken where nothing has been said. */
	private said(): ChatMessage[] {
		const said = this.history.messages();
		return said.length > 0 || this.greeting === '' ? said : [{ role: 'assistant', content: this.greeting, toolCalls: [] }];
	}
}
