import { type INode, NodeOperationError } from 'n8n-workflow';
import { ZodError } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';

/** What was thrown while a node worked. A schema that was not met is a setting or a request that is wrong. */
export function toVoiceError(thrown: unknown): VoiceError {
	if (!(thrown instanceof ZodError)) return VoiceError.from(thrown);
	const issue = thrown.issues[0];
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `${issue?.path.join('.') || 'The data'} is not valid: ${issue?.message}.`);
}

/** n8n shows the message in red and below it the description, which says what to do. */
export function nodeFailure(node: INode, thrown: unknown, itemIndex?: number): NodeOperationError {
	if (thrown instanceof NodeOperationError) return thrown;
	const error = toVoiceError(thrown);
	return new NodeOperationError(node, error, {
		message: error.message,
		description: `${error.remedy} (${error.code})`,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
}
