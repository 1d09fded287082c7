import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';
import { callerIdentity } from '../../runtime/contract/join-token';
import { firstItemOf, siblingType } from './caller-turn';

const permitted = z.object({ event: z.literal('turn'), caller: callerIdentity.optional(), allowedTools: z.array(z.string()).optional() });

/** What the trigger says of the caller, where callers come with a token. */
export type TurnPermit = Pick<z.infer<typeof permitted>, 'caller' | 'allowedTools'>;

/** As the trigger of this execution gave it out, whatever nodes between have made of its item. */
export function turnPermitOf(context: IExecuteFunctions, itemIndex: number): TurnPermit {
	const trigger = siblingType(context.getNode(), 'voiceSessionTrigger');
	const names = context.getParentNodes(context.getNode().name).filter(({ type }) => type === trigger);
	// Last the item itself: in a sub-workflow it has what was handed over.
	const items = [...names.map(({ name }) => firstItemOf(context, itemIndex, name)), context.getInputData()[itemIndex]];
	for (const item of items) {
		const found = permitted.safeParse(item?.json);
		if (found.success) return found.data;
	}
	return {};
}
