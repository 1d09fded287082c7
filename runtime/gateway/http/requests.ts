import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { VoiceError } from '../../contract/errors';

/** A part of the request in the shape that the contract gives it. Throws VOICE_ERR_BAD_REQUEST, naming the field. */
export function parseRequest<T extends z.ZodTypeAny>(shape: T, value: unknown): z.output<T> {
	const parsed = shape.safeParse(value);
	if (parsed.success) return parsed.data as z.output<T>;
	const issue = parsed.error.issues[0];
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `${issue?.path.join('.') || 'The request'}: ${issue?.message}`);
}

/** Aborted when the client goes away unanswered: n8n stopped, or the execution was cancelled in the editor. */
export function clientGone(reply: FastifyReply): AbortSignal {
	const gone = new AbortController();
	reply.raw.once('close', () => {
		if (!reply.raw.writableFinished) gone.abort();
	});
	return gone.signal;
}
