import type { FastifyInstance } from 'fastify';
import { callToken } from '../../lib/call-token';
import { openSession, openedSession } from '../../contract/control';
import { joinAsk } from '../../contract/join-token';
import type { Calls } from '../calls/calls';
import type { JoinTokens } from '../join-tokens/join-tokens';
import type { SocketAddress } from '../signalling/socket-address';
import { parseRequest } from './requests';

export interface CallsDoor {
	readonly key: string;
	readonly calls: Pick<Calls, 'open'>;
	readonly joinTokens: Pick<JoinTokens, 'check'>;
	readonly address: Pick<SocketAddress, 'for'>;
}

/** The trigger node hands over the caller's offer and everything that is known about the agent. */
export function callRoutes(app: FastifyInstance, { key, calls, joinTokens, address }: CallsDoor): void {
	// What a caller is told before an offer, too, is for who may call.
	app.post('/v1/join-tokens/check', async (request, reply) => {
		await joinTokens.check(parseRequest(joinAsk, request.body));
		return await reply.status(204).send();
	});

	app.post('/v1/sessions', async (request, reply) => {
		const ask = parseRequest(openSession, request.body);
		const opened = await calls.open(ask);
		return await reply.status(201).send(openedSession.parse({ ...opened, token: callToken(key, opened.sessionId), socket: address.for(ask.pageHost) }));
	});
}
