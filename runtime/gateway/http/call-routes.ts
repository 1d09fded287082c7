import type { FastifyInstance } from 'fastify';
import { callToken, openResumeToken, sealedResumeToken } from '../../lib/call-token';
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
		const { resumeToken, ...opened } = await calls.open({ ...ask, ...(ask.resumeToken !== undefined && { resumeToken: openResumeToken(key, ask.resumeToken) }) });
		const tokens = { token: callToken(key, opened.sessionId), ...(resumeToken !== undefined && { resumeToken: sealedResumeToken(key, resumeToken) }) };
		return await reply.status(201).send(openedSession.parse({ ...opened, ...tokens, socket: address.for(ask.pageHost) }));
	});
}
