import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Lets one call's own caller back into it, for as long as the call lives. It names the call, so nobody has to search, and
 * only its hash is kept.
 */
export interface MintedToken {
	/** Handed out once, in the answer to the first offer. */
	readonly token: string;
	readonly hash: Buffer;
}

/** Of a call that another process has begun: its token was handed out then. */
export function restoredToken(hash: string): Pick<MintedToken, 'hash'> {
	return { hash: Buffer.from(hash, 'base64') };
}

export function mintResumeToken(callId: string): MintedToken {
	const token = `${callId}.${randomBytes(32).toString('base64url')}`;
	return { token, hash: hashOf(token) };
}

/** The call that a token claims to be for; whether it is, opensWith() says. */
export function callOfToken(token: string): string {
	return token.slice(0, Math.max(0, token.lastIndexOf('.')));
}

/** In constant time: how long it takes says nothing of how much of the token is right. */
export function opensWith(token: string, hash: Buffer): boolean {
	const given = hashOf(token);
	return given.length === hash.length && timingSafeEqual(given, hash);
}

function hashOf(token: string): Buffer {
	return createHash('sha256').update(token).digest();
}
