import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LISTEN_RATE } from '../../audio/pcm';
import {
	replyAsk,
	replyStep,
	speech,
	speechAsk,
	toolResultsAsk,
	transcript,
	transcriptAsk,
	turnFailure,
} from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { turnId } from '../../contract/turn';
import { encodeWav } from '../../audio/wav';
import type { Calls } from '../calls/calls';
import type { Turn } from '../turns/turn';
import type { TurnApi } from '../turns/turn-api';
import { clientGone } from './client-gone';
import { parseRequest } from './http-errors';

const inTurn = z.object({ turnId });

/** What the nodes of one execution ask about the turn that started it. */
export function turnRoutes(app: FastifyInstance, calls: Pick<Calls, 'turn'>): void {
	/** Finds the turn, checks that this execution owns it, and keeps it alive while the node waits. */
	async function asTurn<T>(
		request: FastifyRequest,
		reply: FastifyReply,
		executionId: string,
		act: (desk: TurnApi, turn: Turn) => Promise<T>,
	): Promise<T> {
		const { desk, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		return await desk.asked(turn, executionId, clientGone(reply), async () => await act(desk, turn));
	}

	app.get('/v1/turns/:turnId/audio', async (request, reply) => {
		const { turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		return await reply.type('audio/wav').send(encodeWav(turn.audio, LISTEN_RATE));
	});

	app.post('/v1/turns/:turnId/transcript', async (request, reply) => {
		const ask = parseRequest(transcriptAsk, request.body);
		return transcript.parse(
			await asTurn(request, reply, ask.executionId, async (desk, turn) => await desk.transcript(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/reply', async (request, reply) => {
		const ask = parseRequest(replyAsk, request.body);
		return replyStep.parse(
			await asTurn(request, reply, ask.executionId, async (desk, turn) => await desk.reply(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/tool-results', async (request, reply) => {
		const ask = parseRequest(toolResultsAsk, request.body);
		return replyStep.parse(
			await asTurn(request, reply, ask.executionId, async (desk, turn) =>
				await desk.toolResults(turn, ask.results),
			),
		);
	});

	app.post('/v1/turns/:turnId/speech', async (request, reply) => {
		const ask = parseRequest(speechAsk, request.body);
		return speech.parse(
			await asTurn(request, reply, ask.executionId, async (desk, turn) => await desk.speech(turn, ask)),
		);
	});

	app.post('/v1/turns/:turnId/failure', async (request, reply) => {
		const { desk, turn } = calls.turn(parseRequest(inTurn, request.params).turnId);
		const failure = parseRequest(turnFailure, request.body);
		turn.claim(failure.executionId);
		desk.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_FAILED', `${failure.node}: ${failure.message}`));
		return await reply.status(204).send();
	});
}
