import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { checkCallToken } from '../../lib/call-token';
import { VoiceError } from '../../contract/errors';
import {
	CALL_TOKEN_HEADER,
	type CallerAnswer,
	SDP_FRAGMENT_TYPE,
	SDP_TYPE,
	callerOffer,
	callerPatch,
	heldMessages,
} from '../../contract/signalling';
import { sessionId } from '../../contract/turn';
import { HeldRequests } from '../signalling/held-messages';
import { parseFragment } from '../signalling/sdp-fragment';
import type { SignalledCall, SignalledCalls } from '../signalling/signalled-call';
import type { SignallingSockets } from '../signalling/signalling-sockets';
import { bearerToken, hasKey } from './auth';
import { clientGone, parseRequest } from './requests';
import { refuseWebSockets } from './trigger-routes';

/** An offer, escaped as JSON. */
const BODY_LIMIT_BYTES = 256 * 1024;

const inCall = z.object({ sessionId });
const held = z.object({ after: z.coerce.number().int().min(0).default(0) });
const patch = z.discriminatedUnion('type', [callerOffer, ...callerPatch.options]);

export interface CallerDoor {
	readonly key: string;
	readonly calls: SignalledCalls;
	readonly sockets: Pick<SignallingSockets, 'admit' | 'accept'>;
}

/**
 * What callers may ask of the runtime itself, in their own call: whoever has its token, and the nodes with the key, which
 * pass on what comes to the trigger's URL.
 */
export function callerRoutes(app: FastifyInstance, { key, calls, sockets }: CallerDoor): void {
	const holds = new HeldRequests();
	app.addContentTypeParser([SDP_TYPE, SDP_FRAGMENT_TYPE], { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) => done(null, body));

	app.register(async (scope) => {
		refuseWebSockets(scope);
		scope.addHook('onRequest', async (request) => admit(request, key));
		const callOf = (request: FastifyRequest): SignalledCall => calls.line(parseRequest(inCall, request.params).sessionId);

		scope.patch('/v1/calls/:sessionId', { bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
			const call = callOf(request);
			const type = typeOf(request);
			if (type === SDP_FRAGMENT_TYPE) return await answerFragment(call, request, reply);
			const asked = parseRequest(patch, type === SDP_TYPE ? { type: 'offer', sdp: request.body } : request.body);
			if (asked.type === 'offer') {
				const answer = await call.reoffer(asked.sdp, asked.trickle);
				const { sessionId: id } = parseRequest(inCall, request.params);
				return await sendAnswer(reply.header('etag', etagOf(call)), type, { type: 'answer', sdp: answer, sessionId: id });
			}
			if (asked.type === 'candidates') call.addCandidates(asked.candidates);
			else call.ask(asked.request);
			return await reply.status(204).send();
		});

		scope.get('/v1/calls/:sessionId', async (request, reply) => {
			const { sessionId: id } = parseRequest(inCall, request.params);
			const { after } = parseRequest(held, request.query);
			return heldMessages.parse(await holds.wait(calls.messages(id), after, clientGone(reply)));
		});

		scope.delete('/v1/calls/:sessionId', async (request, reply) => {
			callOf(request).end('the caller hung up');
			return await reply.status(204).send();
		});
	});

	app.route({
		method: 'GET',
		url: '/v1/signal',
		preValidation: async (request) => {
			if (!request.ws) throw new VoiceError('VOICE_ERR_BAD_REQUEST', '/v1/signal takes WebSockets only.', { remedy: 'Open it as a WebSocket; docs/signalling.md says what to send.' });
			sockets.admit();
		},
		handler: async () => undefined,
		wsHandler: (socket) => sockets.accept(socket),
	});
}

/** The runtime's key, or the token of the very call. */
function admit(request: FastifyRequest, key: string): void {
	if (hasKey(request.headers, key)) return;
	const header = request.headers[CALL_TOKEN_HEADER];
	checkCallToken(key, parseRequest(inCall, request.params).sessionId, typeof header === 'string' ? header : (bearerToken(request.headers) ?? ''));
}

/** RFC 9725, 4.3: candidates, or an ICE restart. */
async function answerFragment(call: SignalledCall, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
	const { 'if-match': match } = request.headers;
	if (match !== undefined && match !== '*' && match !== etagOf(call)) {
		throw new VoiceError('VOICE_ERR_ICE_SESSION', 'The candidates are not for the ICE session of the last answer.');
	}
	const answer = await call.takeFragment(parseFragment(typeof request.body === 'string' ? request.body : ''));
	if (answer === undefined) return await reply.status(204).send();
	return await reply.header('etag', etagOf(call)).type(SDP_FRAGMENT_TYPE).send(answer);
}

function etagOf({ iceSession }: SignalledCall): string {
	return `"${iceSession}"`;
}

function typeOf(request: FastifyRequest): string {
	return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function sendAnswer(reply: FastifyReply, type: string, answer: CallerAnswer): Promise<FastifyReply> {
	return type === SDP_TYPE ? await reply.type(SDP_TYPE).send(answer.sdp) : await reply.send(answer);
}
