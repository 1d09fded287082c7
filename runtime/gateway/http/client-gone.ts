import type { FastifyReply } from 'fastify';

/** Aborted when the client goes away unanswered: n8n stopped, or the execution was cancelled in the editor. */
export function clientGone(reply: FastifyReply): AbortSignal {
	const gone = new AbortController();
	reply.raw.once('close', () => {
		if (!reply.raw.writableFinished) gone.abort();
	});
	return gone.signal;
}
