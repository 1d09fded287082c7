import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { VoiceError } from '../../../runtime/contract/errors';
import type { JoinAsk, JoinKeys } from '../../../runtime/contract/join-token';
import { isSameSecret } from '../../../runtime/lib/same-secret';
import { joinKeysOf } from '../../shared/join-keys';
import { bearerOf } from './check-caller';

/**
 * What the runtime needs to look at a caller's token: the token, the keys, and what it has to be for. What nobody can have
 * signed is refused here: no runtime is asked, or started, for whoever writes something down.
 * @throws VOICE_ERR_TOKEN_INVALID, VOICE_ERR_TOKEN_KEYS
 */
export async function joinAskOf(context: Parameters<typeof joinKeysOf>[0], headers: IncomingHttpHeaders, path: string): Promise<JoinAsk> {
	const { origin } = headers;
	const [token, keys] = [bearerOf(headers), await joinKeysOf(context)];
	if (token === '') throw new VoiceError('VOICE_ERR_TOKEN_INVALID', 'No invitation was given.', { remedy: 'Open the link that you were sent, whole. Programs send the token as "Authorization: Bearer".' });
	if (!mayBeSigned(token, keys)) throw new VoiceError('VOICE_ERR_TOKEN_INVALID', 'It is no token, it was damaged on its way, or it was signed with a key that this agent does not know.');
	return { token, keys, agent: path, ...(origin === undefined ? {} : { origin }) };
}

/** Of a JWT (RFC 7515) its signature; of keys that have to be fetched, only the runtime knows. */
function mayBeSigned(token: string, keys: JoinKeys): boolean {
	const [, signed, signature] = /^([\w-]+\.[\w-]+)\.([\w-]+)$/.exec(token) ?? [];
	if (signed === undefined || signature === undefined) return false;
	return keys.kind === 'jwks' || keys.secrets.some(({ secret }) => isSameSecret(signature, createHmac('sha256', secret).update(signed).digest('base64url')));
}
