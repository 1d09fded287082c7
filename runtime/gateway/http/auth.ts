import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { VoiceError } from '../../contract/errors';

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

/** Compares hashes, so that neither content nor length of the key shows in the time it takes. */
export function checkKey(headers: IncomingMessage['headers'], key: string): void {
	const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
	if (given === undefined || !timingSafeEqual(digest(given), digest(key))) {
		throw new VoiceError('VOICE_ERR_UNAUTHORIZED', 'The runtime\'s key is missing or wrong.');
	}
}

/** Everything in this scope answers only to the key: checked before a body is read or a WebSocket is opened. */
export function requireKey(scope: FastifyInstance, key: string): void {
	scope.addHook('onRequest', async (request) => checkKey(request.headers, key));
}
