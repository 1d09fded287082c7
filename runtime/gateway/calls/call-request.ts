import type { SpeculationSettings } from '../../contract/agent-settings';
import type { OpenSession } from '../../contract/control';
import type { CallPermit } from '../../contract/join-token';
import type { TriggerEvent } from '../../contract/turn';
import type { SpeculationStart } from '../../dialogue/conversation-events';
import { type ToolNeeds, needsOf } from '../../dialogue/turn-taking/tool-needs';

/** What a call is made of. In the place of the caller's token, which is spent, stands what it allows. */
export type CallRequest = Omit<OpenSession, 'join'> & { readonly permit?: CallPermit };

export function callRequest(opened: OpenSession, permit: CallPermit | undefined): CallRequest {
	const { join, ...request } = opened;
	const { agent } = request;
	if (!join || !permit) return request;
	const maxCallDurationMs = Math.min(agent.limits.maxCallDurationMs, permit.maxCallMs ?? Infinity);
	return { ...request, agent: { ...agent, limits: { ...agent.limits, maxCallDurationMs } }, permit };
}

/** Whose call it is, for each event of it. */
export function permittedCaller({ permit }: CallRequest): Pick<TriggerEvent, 'caller' | 'allowedTools'> {
	if (!permit) return {};
	return { caller: permit.caller, ...(permit.tools === undefined ? {} : { allowedTools: [...permit.tools] }) };
}

/** Of the tools that a node offers, those that the caller's token allows: no other one is offered to the model, or run. */
export function permittedTools<T extends { readonly name: string }>(tools: readonly T[], permit: Pick<CallPermit, 'tools'> | undefined): T[] {
	const allowed = permit?.tools && new Set(permit.tools);
	return tools.filter(({ name }) => allowed?.has(name) ?? true);
}

/** What the agent's tools need, as far as they are known before the first turn offers them. */
export function toolNeedsAhead({ agent, permit }: CallRequest): ToolNeeds[] {
	return needsOf(permittedTools(agent.tools, permit));
}

export function speculationStart({ mode, inPauses }: SpeculationSettings): SpeculationStart {
	if (mode === 'off') return 'never';
	return inPauses ? 'pause' : 'end';
}
