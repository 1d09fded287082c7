import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { VoiceError } from './errors';

/**
 * Proves that its holder is in this call. It is made of the runtime's key, so nothing has to be kept, and a call that
 * outlives the gateway keeps its token.
 */
export function callToken(key: string, sessionId: string): string {
	return createHmac('sha256', key).update(`call ${sessionId}`).digest('base64url');
}

/** @throws VOICE_ERR_CALLER_REFUSED */
export function checkCallToken(key: string, sessionId: string, given: string): void {
	if (timingSafeEqual(digest(given), digest(callToken(key, sessionId)))) return;
	throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The token is not this call\'s.', {
		remedy: 'Send the `token` of the answer to the offer.',
	});
}

/** Hashes are equally long: neither content nor length shows in the time it takes. */
function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
