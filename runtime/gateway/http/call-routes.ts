import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answered, openSession, openedSession, reoffer } from '../../contract/control';
import { joinAsk } from '../../contract/join-token';
import { sessionId } from '../../contract/turn';
import type { Calls } from '../calls/calls';
import type { JoinTokens } from '../join-tokens/join-tokens';
import { parseRequest } from './requests';

const inSession = z.object({ sessionId });

/** Signalling: the trigger node hands over the caller's offer and everything that is known about the agent. */
export function callRoutes(app: FastifyInstance, calls: Pick<Calls, 'open' | 'get'>, joinTokens: Pick<JoinTokens, 'check'>): void {
	// What a caller is told before an offer, too, is for who may call.
	app.post('/v1/join-tokens/check', async (request, reply) => {
		await joinTokens.check(parseRequest(joinAsk, request.body));
		return await reply.status(204).send();
	});

	app.post('/v1/sessions', async (request, reply) => {
		const opened = await calls.open(parseRequest(openSession, request.body));
		return await reply.status(201).send(openedSession.parse(opened));
	});

	app.patch('/v1/sessions/:sessionId', async (request) => {
		const session = calls.get(parseRequest(inSession, request.params).sessionId);
		return answered.parse({ answer: await session.reoffer(parseRequest(reoffer, request.body).offer) });
	});

	app.delete('/v1/sessions/:sessionId', async (request, reply) => {
		calls.get(parseRequest(inSession, request.params).sessionId).end('the caller hung up');
		return await reply.status(204).send();
	});
}
