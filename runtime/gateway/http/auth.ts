import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { VoiceError } from '../../contract/errors';

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

export function bearerToken(headers: IncomingMessage['headers']): string | undefined {
	return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Compares hashes, so that neither content nor length of the key shows in the time it takes. */
export function isKey(given: string, key: string): boolean {
	return timingSafeEqual(digest(given), digest(key));
}

export function checkKey(headers: IncomingMessage['headers'], key: string): void {
	const given = bearerToken(headers);
	if (given === undefined || !isKey(given, key)) {
		throw new VoiceError('VOICE_ERR_UNAUTHORIZED', 'The runtime\'s key is missing or wrong.');
	}
}

/** Everything in this scope answers only to the key: checked before a body is read or a WebSocket is opened. */
export function requireKey(scope: FastifyInstance, key: string): void {
	scope.addHook('onRequest', async (request) => checkKey(request.headers, key));
}
