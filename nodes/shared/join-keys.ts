import type { INode } from 'n8n-workflow';
import { z } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';
import { type JoinKeys, SHORTEST_SIGNING_SECRET, joinKeys } from '../../runtime/contract/join-token';

export const JOIN_CREDENTIAL = 'voiceJoinTokensApi';

/** The credential's fields. One that is hidden in the editor may still hold what was typed before. */
const credential = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('secret'),
		secret: z.string().default(''),
		keyId: z.string().default(''),
		earlierSecret: z.string().default(''),
		earlierKeyId: z.string().default(''),
	}),
	z.object({ kind: z.literal('jwks'), jwksUrl: z.string().default(''), issuer: z.string().default('') }),
]);

/** The keys that sign join tokens; the first secret is the one to sign with. Throws VOICE_ERR_TOKEN_KEYS. */
export function joinKeysFrom(fields: unknown): JoinKeys {
	const read = credential.safeParse(fields);
	if (!read.success) throw unusable('it is empty');
	const { data } = read;
	if (data.kind === 'jwks') return checked({ kind: 'jwks', url: data.jwksUrl.trim(), issuer: data.issuer.trim() }, 'the JWKS URL is no address');
	const secrets = [
		{ id: data.keyId.trim(), secret: data.secret },
		...(data.earlierSecret === '' ? [] : [{ id: data.earlierKeyId.trim(), secret: data.earlierSecret }]),
	];
	return checked({ kind: 'secrets', secrets }, `a secret needs at least ${SHORTEST_SIGNING_SECRET} characters`);
}

export async function joinKeysOf(context: { getNode(): INode; getCredentials(type: string): Promise<unknown> }): Promise<JoinKeys> {
	if (!context.getNode().credentials?.[JOIN_CREDENTIAL]) throw unusable('none is selected');
	return joinKeysFrom(await context.getCredentials(JOIN_CREDENTIAL));
}

function checked(keys: unknown, why: string): JoinKeys {
	const parsed = joinKeys.safeParse(keys);
	if (!parsed.success) throw unusable(why);
	return parsed.data;
}

function unusable(why: string): VoiceError {
	return new VoiceError('VOICE_ERR_TOKEN_KEYS', `The credential "Voice Join Tokens API" cannot be used: ${why}.`, {
		remedy: 'Select the credential in the node, open it and correct it. docs/join-tokens.md describes its fields.',
	});
}
