import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { VoiceError } from '../../contract/errors';
import { MAX_SIGNAL_BYTES } from '../../contract/signalling';
import type { TriggerStreams } from '../n8n/trigger-streams';
import { noSuchPath } from './http-errors';

/** Of a trigger: a hello, an ack. Callers may send an offer. */
const MAX_TRIGGER_BYTES = 4096;
/** WebSocket close code. */
const MESSAGE_TOO_BIG = 1009;

/** WebSockets are opened in the routes that say so. Register it before any route. */
export async function acceptWebSockets(app: FastifyInstance): Promise<void> {
	await app.register(websocket, {
		options: { maxPayload: MAX_SIGNAL_BYTES },
		// Whoever takes the socket over hears of its errors too; ws closes it with a code that says why.
		errorHandler: () => undefined,
		preClose(done) {
			// A peer that does not answer must not delay the end.
			for (const socket of this.websocketServer.clients) socket.terminate();
			this.websocketServer.close(() => done());
		},
	});
}

/** In this scope a WebSocket is refused, by an answer, before anything is opened. */
export function refuseWebSockets(scope: FastifyInstance): void {
	scope.addHook('onRequest', async (request) => {
		if (request.ws) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no WebSocket at ${request.url.split('?')[0]}.`);
	});
}

/** The open lines of published triggers. */
export function triggerRoutes(app: FastifyInstance, streams: Pick<TriggerStreams, 'accept'>): void {
	app.route({
		method: 'GET',
		url: '/v1/triggers',
		handler: noSuchPath,
		wsHandler: (socket) => {
			socket.on('message', (data) => {
				if (Buffer.isBuffer(data) && data.length > MAX_TRIGGER_BYTES) socket.close(MESSAGE_TOO_BIG);
			});
			streams.accept(socket);
		},
	});
}
