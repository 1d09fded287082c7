import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { logger } from '../../lib/log';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Calls } from '../calls/calls';
import type { MediaPool } from '../children/media-pool';
import type { RestartingProcess } from '../children/restarting-process';
import type { JoinTokens } from '../join-tokens/join-tokens';
import type { TriggerStreams } from '../n8n/trigger-streams';
import type { TurnServers } from '../turn-servers/turn-servers';
import type { SignallingSockets } from '../signalling/signalling-sockets';
import type { SocketAddress } from '../signalling/socket-address';
import { checkKey, requireKey } from './auth';
import { callRoutes } from './call-routes';
import { callerRoutes } from './caller-routes';
import { answerError, noSuchPath } from './http-errors';
import type { Page } from './page';
import { checkHost, sendSecurityHeaders } from './security';
import { runtimeRoutes } from './runtime-routes';
import { standaloneRoutes } from './standalone-routes';
import type { TlsPair } from './tls';
import { acceptWebSockets, refuseWebSockets, triggerRoutes } from './trigger-routes';
import { turnRoutes } from './turn-routes';
import type { UploadLimits } from './uploads';

/** An offer, a long system prompt, tool results. Recordings have a limit of their own. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

export interface HttpDeps {
	readonly key: string;
	readonly page: Pick<Page, 'render'>;
	readonly media: Pick<MediaPool, 'state' | 'ready' | 'trouble' | 'stats'>;
	readonly inference: Pick<RestartingProcess<InferenceProtocol>, 'state' | 'ready' | 'pid' | 'trouble'>;
	readonly calls: Pick<Calls, 'open' | 'line' | 'messages' | 'turn' | 'permitOf' | 'size'>;
	readonly joinTokens: Pick<JoinTokens, 'check'>;
	readonly sockets: Pick<SignallingSockets, 'admit' | 'accept'>;
	readonly address: Pick<SocketAddress, 'for' | 'originFor'>;
	readonly streams: Pick<TriggerStreams, 'accept'>;
	readonly turnServers: Pick<TurnServers, 'configuration'>;
	readonly version: string;
	/** See checkHost(). */
	readonly allowedHosts?: readonly string[];
	readonly uploads?: UploadLimits;
}

/** How the runtime's own port is reached. */
export interface WebSettings {
	readonly tls?: TlsPair | undefined;
	/** Addresses and networks of proxies whose X-Forwarded-… headers are true; all others' are passed over. */
	readonly trustedProxies?: readonly string[];
}

/** No routes yet. */
export function createHttpServer(key: string, loggerInstance: FastifyBaseLogger = logger, { tls, trustedProxies = [] }: WebSettings = {}): FastifyInstance {
	const app: unknown = fastify({
		https: tls ?? null,
		trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
		loggerInstance,
		// Paths hold the ids of calls; only what fails is logged, by code.
		logController: new LogController({ disableRequestLogging: true }),
		bodyLimit: BODY_LIMIT_BYTES,
		// A node may wait minutes for the caller to hear the end.
		requestTimeout: 0,
		forceCloseConnections: true,
		// An address that no route can be found by, like one with an endless id: it reaches none of the doors.
		frameworkErrors: (_error, request, reply) => {
			// No hook runs for it, not even the one that ends the socket of a refused WebSocket.
			reply.raw.once('finish', () => request.raw.socket.end());
			const answer = async (): Promise<void> => {
				checkKey(request.headers, key);
				await noSuchPath(request, reply);
			};
			answer().catch(async (error: unknown) => await answerError(error, request, reply));
		},
	});
	// With TLS or without is one type to everything else.
	return app as FastifyInstance;
}

/**
 * Each door is a scope: its hooks, parsers and limits hold for it alone. So a door with another lock (a token for
 * one call: callerRoutes) stands beside these and loosens none of them. The key opens all of them.
 */
export async function openDoors(app: FastifyInstance, deps: HttpDeps): Promise<void> {
	app.setErrorHandler(answerError);
	sendSecurityHeaders(app);
	checkHost(app, deps.key, deps.allowedHosts ?? []);
	await acceptWebSockets(app);
	const door = (routes: (scope: FastifyInstance) => void): void => {
		app.register(async (scope) => {
			requireKey(scope, deps.key);
			routes(scope);
		});
	};
	const httpDoor = (routes: (scope: FastifyInstance) => void): void =>
		door((scope) => {
			refuseWebSockets(scope);
			routes(scope);
		});

	httpDoor((scope) => {
		callRoutes(scope, deps);
		turnRoutes(scope, deps.calls);
	});
	httpDoor((scope) => standaloneRoutes(scope, deps.inference, (turnId) => deps.calls.permitOf(turnId), deps.uploads));
	httpDoor((scope) => runtimeRoutes(scope, deps));
	door((scope) => triggerRoutes(scope, deps.streams));
	app.register(async (scope) => callerRoutes(scope, deps));
	// Without the key nobody learns which paths there are.
	door((scope) => scope.setNotFoundHandler(noSuchPath));
	await app.ready();
}
