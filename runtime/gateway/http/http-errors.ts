import type { FastifyReply, FastifyRequest } from 'fastify';
import { VoiceError } from '../../contract/errors';

const MIB = 1024 * 1024;
/** Calls end and recordings are read within seconds to minutes. */
const RETRY_AFTER_SECONDS = 10;

/** What fastify itself refuses: a body that is too large, not JSON, or of an unknown type. */
function fromFastify(error: unknown, request: FastifyRequest): VoiceError | undefined {
	if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('FST_')) return undefined;
	const status = 'statusCode' in error ? Number(error.statusCode) : 500;
	if (status === 413) {
		const limit = (request.routeOptions.bodyLimit ?? 0) / MIB;
		return new VoiceError('VOICE_ERR_TOO_LARGE', `The request's body is larger than ${limit} MiB, the limit for this path.`);
	}
	return status < 500 ? new VoiceError('VOICE_ERR_BAD_REQUEST', `${error.message}.`.replace('..', '.')) : undefined;
}

function toVoiceError(error: unknown, request: FastifyRequest): VoiceError {
	if (error instanceof VoiceError) return error;
	// Whatever else is thrown stays in the log: it may hold paths, addresses or what somebody said.
	return fromFastify(error, request) ?? new VoiceError('VOICE_ERR_INTERNAL', 'The runtime failed while it worked on this request.', { cause: error });
}

export async function noSuchPath(request: FastifyRequest, reply: FastifyReply): Promise<void> {
	const error = new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no ${request.method} ${request.url.split('?')[0]}.`, {
		remedy: 'Check the path. If a node asked for it, use the same version of n8n-nodes-voice-loop for the nodes and for the runtime.',
	});
	await reply.status(404).send({ error: error.toShape() });
}

/** Answers with `{error: {code, message, remedy}}` and the error's status. */
export async function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
	const known = toVoiceError(error, request);
	if (known.status >= 500) request.log.error({ err: known.cause ?? known, code: known.code }, 'request failed');
	const retryAfter = known.retryAfterSeconds ?? (known.code === 'VOICE_ERR_BUSY' ? RETRY_AFTER_SECONDS : undefined);
	if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
	await reply.status(known.status).send({ error: known.toShape() });
}
