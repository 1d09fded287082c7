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

/**
 * What lets a caller back into their call, as it is handed out: sealed, so that whoever has the key can tell without asking a
 * runtime, or starting one, that a stranger has made it up.
 */
export function sealedResumeToken(key: string, token: string): string {
	return `${token}.${sealOf(key, token)}`;
}

/** @returns the token that was sealed. @throws VOICE_ERR_CALL_UNKNOWN, as for a call that is over: who guesses learns nothing. */
export function openResumeToken(key: string, sealed: string): string {
	const end = sealed.lastIndexOf('.');
	const token = sealed.slice(0, Math.max(0, end));
	if (isSameSecret(sealed.slice(end + 1), sealOf(key, token))) return token;
	throw unknownCall();
}

export function unknownCall(): VoiceError {
	return new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The voice runtime does not know this call. It may have been restarted.');
}

function sealOf(key: string, token: string): string {
	return createHmac('sha256', key).update(`resume ${token}`).digest('base64url');
}
