import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { VoiceError } from '../../contract/errors';
import { isSameSecret } from '../../lib/same-secret';

export function bearerToken(headers: IncomingMessage['headers']): string | undefined {
	return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Comes with the runtime's key. */
export function hasKey(headers: IncomingMessage['headers'], key: string): boolean {
	const given = bearerToken(headers);
	return given !== undefined && isSameSecret(given, key);
}

export function checkKey(headers: IncomingMessage['headers'], key: string): void {
	if (!hasKey(headers, key)) throw new VoiceError('VOICE_ERR_UNAUTHORIZED', 'The runtime\'s key is missing or wrong.');
}

/** Everything in this scope answers only to the key: checked before a body is read or a WebSocket is opened. */
export function requireKey(scope: FastifyInstance, key: string): void {
	scope.addHook('onRequest', async (request) => checkKey(request.headers, key));
}
