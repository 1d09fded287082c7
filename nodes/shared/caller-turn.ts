import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { z } from 'zod';
import { sessionId, turnId } from '../../runtime/contract/turn';

const inTurn = z.object({ sessionId, turnId });

/** The caller's turn that an execution answers. */
export type CallerTurn = z.infer<typeof inTurn>;

/** Our node types carry the prefix n8n loaded the package under: `n8n-nodes-voice-loop.` or, when developing, `CUSTOM.` */
export function siblingType(node: INode, name: string): string {
	return `${node.type.split('.')[0]}.${name}`;
}

/**
 * The turn that this item belongs to: its own ids, or else those of the Voice Session Trigger that started
 * the execution (nodes between may have replaced the item). undefined outside of a session.
 */
export function callerTurnOf(context: IExecuteFunctions, itemIndex: number): CallerTurn | undefined {
	const own = inTurn.safeParse(context.getInputData()[itemIndex]?.json);
	if (own.success) return own.data;
	const trigger = siblingType(context.getNode(), 'voiceSessionTrigger');
	const names = context.getParentNodes(context.getNode().name).filter(({ type }) => type === trigger);
	for (const { name } of names) {
		const found = inTurn.safeParse(firstItemOf(context, itemIndex, name)?.json);
		if (found.success) return found.data;
	}
	return undefined;
}

export function firstItemOf(context: IExecuteFunctions, itemIndex: number, node: string): INodeExecutionData | undefined {
	const { $ } = context.getWorkflowDataProxy(itemIndex) as { $: (name: string) => { first(): INodeExecutionData | undefined } };
	try {
		return $(node).first();
	} catch {
		// n8n throws for a node that has not run: another trigger started this execution.
		return undefined;
	}
}
