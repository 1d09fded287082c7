import type { FastifyError, FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { VoiceError } from '../../contract/errors';

function toVoiceError(error: FastifyError | ZodError | Error): VoiceError {
	if (error instanceof VoiceError) return error;
	if (error instanceof ZodError) {
		const issue = error.issues[0];
		return new VoiceError('VOICE_ERR_BAD_REQUEST', `${issue?.path.join('.') || 'request'}: ${issue?.message}`);
	}
	if ('statusCode' in error && error.statusCode === 413) {
		return new VoiceError('VOICE_ERR_TOO_LARGE', 'The request\'s body is larger than this path takes.');
	}
	if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500) {
		return new VoiceError('VOICE_ERR_BAD_REQUEST', error.message);
	}
	return VoiceError.from(error);
}

/** Every failed request answers with `{error: {code, message, remedy}}`. */
export function answerHttpErrors(app: FastifyInstance): void {
	app.setErrorHandler(async (error: Error, request, reply) => {
		const known = toVoiceError(error);
		if (known.status >= 500) request.log.error({ err: known.cause ?? known, code: known.code }, 'request failed');
		await reply.status(known.status).send({ error: known.toShape() });
	});
	app.setNotFoundHandler(async (request, reply) => {
		const error = new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no ${request.method} ${request.url.split('?')[0]}.`);
		await reply.status(404).send({ error: error.toShape() });
	});
}
