import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LISTEN_RATE } from '../../audio/pcm';
import {
	replyAsk,
	replyStep,
	speech,
	speechAsk,
	toolResultsAsk,
	toolsRunning,
	transcript,
	transcriptAsk,
	turnClaim,
	turnFailure,
} from '../../contract/control';
import { turnId } from '../../contract/turn';
import { encodeWav } from '../../audio/wav';
import type { Calls } from '../calls/calls';
import type { Turn } from '../turns/turn';
import { TurnClaims } from '../turns/turn-claims';
import type { TurnApi } from '../turns/turn-api';
import { clientGone, parseRequest } from './requests';

const inTurn = z.object({ turnId });

/** What the nodes of one execution ask about the turn that started it. */
export function turnRoutes(app: FastifyInstance, calls: Pick<Calls, 'turn'>): void {
	const claims = new TurnClaims();

	/** Finds the turn, checks that this execution owns it, and keeps it alive while the node waits. */
	async function asTurn<T>(
		request: FastifyRequest,
		reply: FastifyReply,
		executionId: string,
		act: (api: TurnApi, turn: Turn) => Promise<T>,
	): Promise<T> {
		const { api, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		return await api.asked(turn, executionId, clientGone(reply), async () => await act(api, turn));
	}

	app.get('/v1/turns/:turnId/audio', async (request, reply) => {
		const { turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		return await reply.type('audio/wav').send(encodeWav(turn.audio, LISTEN_RATE));
	});

	app.post('/v1/turns/:turnId/claim', async (request, reply) => {
		const { turnId: id } = parseRequest(inTurn, request.params);
		const { executionId } = parseRequest(turnClaim, request.body);
		await claims.claim(id, executionId, () => calls.turn(id).turn).certainty.needed();
		return await reply.status(204).send();
	});

	app.post('/v1/turns/:turnId/transcript', async (request, reply) => {
		const ask = parseRequest(transcriptAsk, request.body);
		return transcript.parse(
			await asTurn(request, reply, ask.executionId, async (api, turn) => await api.transcript(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/reply', async (request, reply) => {
		const ask = parseRequest(replyAsk, request.body);
		return replyStep.parse(
			await asTurn(request, reply, ask.executionId, async (api, turn) => await api.reply(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/tool-results', async (request, reply) => {
		const ask = parseRequest(toolResultsAsk, request.body);
		return replyStep.parse(
			await asTurn(request, reply, ask.executionId, async (api, turn) =>
				await api.toolResults(turn, ask.results, ask.request),
			),
		);
	});

	app.post('/v1/turns/:turnId/tools-running', async (request, reply) => {
		const { api, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		const { executionId } = parseRequest(toolsRunning, request.body);
		await api.toolsRunning(turn, executionId, clientGone(reply));
		return await reply.status(204).send();
	});

	// The execution may be over, and the turn, too: nothing waits for these.
	app.post('/v1/turns/:turnId/late-results', async (request, reply) => {
		const { api, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		const ask = parseRequest(toolResultsAsk, request.body);
		turn.claim(ask.executionId);
		api.lateToolResults(turn, ask.results);
		return await reply.status(204).send();
	});

	app.post('/v1/turns/:turnId/speech', async (request, reply) => {
		const ask = parseRequest(speechAsk, request.body);
		return speech.parse(
			await asTurn(request, reply, ask.executionId, async (api, turn) => await api.speech(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/failure', async (request, reply) => {
		const { api, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		api.nodeFailed(turn, parseRequest(turnFailure, request.body));
		return await reply.status(204).send();
	});
}
