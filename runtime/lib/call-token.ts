import { createHmac } from 'node:crypto';
import { VoiceError } from '../contract/errors';
import { isSameSecret } from './same-secret';

/**
 * Proves that its holder is in this call. It is made of the runtime's key, so nothing has to be kept, and a call that
 * outlives the gateway keeps its token.
 */
export function callToken(key: string, sessionId: string): string {
	return createHmac('sha256', key).update(`call ${sessionId}`).digest('base64url');
}

/** @throws VOICE_ERR_CALLER_REFUSED */
export function checkCallToken(key: string, sessionId: string, given: string): void {
	if (isSameSecret(given, callToken(key, sessionId))) return;
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The token is not this call\'s.', {
		remedy: 'Send the `token` of the answer to the offer.',
	});
}
