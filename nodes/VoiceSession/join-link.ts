import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';
import { JOIN_AUDIENCE, type JoinKeys, LONGEST_TOKEN, joinClaims } from '../../runtime/contract/join-token';
import { parseJson } from '../../runtime/lib/json';
import { pageAddress, pageAddresses } from '../shared/page-address';

const text = z.string().trim();

const optionsShape = z.object({
	callerData: z.union([text.transform((json) => (json === '' ? undefined : (parseJson(json) ?? json))), z.record(z.unknown())]).default(''),
	callerName: text.default(''),
	maxCallDuration: z.number().optional(),
	origin: text.default(''),
	pageUrl: text.default(''),
	testPage: z.boolean().default(false),
});

const parameters = z.object({
	agent: text.min(1),
	callerId: z.union([text, z.number().transform(String)]).pipe(z.string().min(1)),
	validMinutes: z.number().min(1).max(1440),
	toolAccess: z.enum(['all', 'none', 'selected']),
	tools: text,
	options: optionsShape,
});
type Parameters = z.output<typeof parameters>;

/** Makes a token that is good for one call, and the link that a caller opens. Throws ZodError or VoiceError. */
export async function joinLink(context: IExecuteFunctions, itemIndex: number, keys: JoinKeys): Promise<IDataObject> {
	const read = parameters.parse(Object.fromEntries(Object.keys(parameters.shape).map((name) => [name, context.getNodeParameter(name, itemIndex, name === 'options' ? {} : '')])));
	const { token, claims } = await signedToken(read, keys, Math.floor(Date.now() / 1000));
	const page = pageOf(context, read);
	page.hash = `token=${token}`;
	return { link: page.href, token, tokenId: claims.jti, agent: claims.agent, callerId: claims.sub, expiresAt: new Date(claims.exp * 1000).toISOString() };
}

async function signedToken({ agent, callerId, validMinutes, toolAccess, tools, options }: Parameters, keys: JoinKeys, now: number) {
	const key = keys.kind === 'secrets' ? keys.secrets[0] : undefined;
	if (!key) {
		throw new VoiceError('VOICE_ERR_TOKEN_KEYS', 'The credential has no secret to sign with, only the address of public keys.', {
			remedy: 'Let the server that has the private keys sign the token, or select a credential with a secret.',
		});
	}
	const names = tools.split(/[\s,]+/).filter((name) => name !== '');
	const claims = joinClaims.parse({
		jti: randomUUID(),
		sub: callerId,
		iat: now,
		exp: now + Math.round(validMinutes * 60),
		agent,
		...(options.callerName === '' ? {} : { name: options.callerName }),
		...(options.callerData === undefined || options.callerData === '' ? {} : { data: options.callerData }),
		...(toolAccess === 'all' ? {} : { tools: toolAccess === 'none' ? [] : names }),
		...(options.maxCallDuration === undefined ? {} : { maxCallSeconds: options.maxCallDuration * 60 }),
		...(options.origin === '' ? {} : { origin: options.origin }),
	});
	const token = await new SignJWT(claims)
		.setAudience(JOIN_AUDIENCE)
		.setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...(key.id === '' ? {} : { kid: key.id }) })
		.sign(new TextEncoder().encode(key.secret));
	if (token.length > LONGEST_TOKEN) throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The caller\'s data is too large for a link.', { remedy: 'Put an id into the token, and look the data up in the workflow.' });
	return { token, claims };
}

function pageOf(context: IExecuteFunctions, { agent, options }: Parameters): URL {
	if (options.pageUrl === '') return pageAddress(pageAddresses(context), agent, options.testPage ? 'test' : 'production');
	if (URL.canParse(options.pageUrl)) return new URL(options.pageUrl);
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The page URL is no address.', { remedy: 'Enter a whole address that starts with https://.' });
}
