import { type INode, NodeOperationError } from 'n8n-workflow';
import { ZodError } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';

/**
 * What was thrown while a node worked. A schema that was not met is a setting or a request that is wrong, and n8n's own
 * errors are about the node's settings: an expression that cannot be computed, a field or a credential that is missing.
 */
export function toVoiceError(thrown: unknown): VoiceError {
	if (isOfN8n(thrown)) {
		const remedy = thrown.description || 'Correct the parameter or the expression in this node that the message is about.';
		return new VoiceError('VOICE_ERR_BAD_REQUEST', thrown.message, { cause: thrown, remedy });
	}
	if (!(thrown instanceof ZodError)) return VoiceError.from(thrown);
	const issue = thrown.issues[0];
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `${issue?.path.join('.') || 'The data'} is not valid: ${issue?.message}.`);
}

/** By name: n8n may have loaded its classes from another place than this package. */
const N8N_ERRORS: ReadonlySet<string> = new Set(['ExpressionError', 'ExpressionExtensionError', 'NodeOperationError', 'NodeApiError', 'ApplicationError', 'UserError', 'OperationalError', 'UnexpectedError']);

function isOfN8n(thrown: unknown): thrown is Error & { description?: string | null } {
	if (!(thrown instanceof Error) || thrown instanceof VoiceError) return false;
	return N8N_ERRORS.has(thrown.name) || N8N_ERRORS.has(thrown.constructor.name);
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
