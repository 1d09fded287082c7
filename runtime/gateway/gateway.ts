import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { log, logger } from '../lib/log';
import { inferenceProtocol } from '../rpc/inference-protocol';
import { checkKey } from './http/auth';
import { RestartingProcess } from './children/restarting-process';
import { MediaPool } from './children/media-pool';
import { Admission } from './calls/admission';
import { Calls } from './calls/calls';
import { answerHttpErrors } from './http/http-errors';
import type { GatewayOptions } from './options';
import { Page } from './http/page';
import { runtimeRoutes } from './http/runtime-routes';
import { callRoutes } from './http/call-routes';
import { standaloneRoutes } from './http/standalone-routes';
import { turnRoutes } from './http/turn-routes';
import { Dispatcher } from './n8n/dispatch';
import { TriggerStreams } from './n8n/trigger-streams';
import { version } from './version';

export interface Gateway {
	readonly url: string;
	/** Somebody calls, or a published workflow waits for calls. */
	readonly inUse: () => boolean;
	/** Ends all calls and child processes. */
	close(): Promise<void>;
}

/** An offer, a long system prompt, tool results. Recordings have a limit of their own. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;
const TRIGGERS = '/v1/triggers';

/** Opens the house: children first, so that they load while the server starts. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
	const loggerInstance: FastifyBaseLogger = logger;
	const app = fastify({
		loggerInstance,
		// Paths hold the ids of sessions; only what fails is logged, by code.
		logController: new LogController({ disableRequestLogging: true }),
		bodyLimit: BODY_LIMIT_BYTES,
		// A node may wait minutes for the caller to hear the end.
		requestTimeout: 0,
		forceCloseConnections: true,
	});
	const entry = (process: string): string => path.join(options.runtimeDir, process, 'main.js');
	const media = new MediaPool(entry('media'), options.mediaProcesses, log);
	const inference = new RestartingProcess({
		name: 'inference',
		entry: entry('inference'),
		protocol: inferenceProtocol,
		lostCode: 'VOICE_ERR_INFERENCE_LOST',
		log,
	});
	media.start();
	inference.start();

	const streams = new TriggerStreams(log);
	const dispatcher = new Dispatcher(streams, options.key);
	const admission = new Admission(inference, options.maxSessions);
	const sessions = new Calls({ media, inference, dispatcher, log }, admission, streams);

	answerHttpErrors(app);
	app.addHook('onRequest', async (request) => checkKey(request.headers, options.key));
	callRoutes(app, sessions);
	turnRoutes(app, sessions);
	standaloneRoutes(app, inference);
	runtimeRoutes(app, { page: new Page(options.runtimeDir), media, inference, sessions, version });
	app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		try {
			if (request.url !== TRIGGERS) throw new Error('no such path');
			checkKey(request.headers, options.key);
			streams.accept(request, socket, head);
		} catch {
			socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
		}
	});

	await app.listen({ host: options.host, port: options.port });
	const { address, port, family } = app.server.address() as AddressInfo;
	const host = family === 'IPv6' ? `[${address}]` : address;
	return {
		url: `http://${host}:${port}`,
		inUse: () => sessions.size > 0 || streams.size > 0,
		close: async () => {
			sessions.closeAll('the runtime is shutting down');
			streams.close();
			await app.close();
			await Promise.all([media.stop(), inference.stop()]);
		},
	};
}
