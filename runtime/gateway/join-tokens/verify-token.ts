import { type JWTPayload, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { VoiceError } from '../../contract/errors';
import { CLOCK_SKEW_SECONDS, type CallPermit, JOIN_AUDIENCE, type JoinAsk, type JoinClaims, LONGEST_LIFE_SECONDS, LONGEST_TOKEN, joinClaims } from '../../contract/join-token';
import type { SigningKey, SigningKeys, Verification } from './signing-keys';

export interface VerifiedToken {
	readonly id: string;
	readonly agent: string;
	/** Since 1970, ms. After that, nobody takes it any more. */
	readonly overAt: number;
	readonly permit: CallPermit;
}

/** Rejects with VOICE_ERR_TOKEN_INVALID, VOICE_ERR_TOKEN_EXPIRED or VOICE_ERR_TOKEN_KEYS. `now`: since 1970, ms. */
export async function verifyToken(ask: JoinAsk, keys: SigningKeys, now: number): Promise<VerifiedToken> {
	if (ask.token === '') throw invalid('No invitation was given.', 'Open the link that you were sent, whole. Programs send the token as "Authorization: Bearer".');
	if (ask.token.length > LONGEST_TOKEN) throw invalid(`The token is longer than ${LONGEST_TOKEN} characters.`);
	const claims = claimsOf(await payloadOf(ask.token, keys.of(ask.keys, kidOf(ask.token)), now));
	assertLife(claims, now);
	if (claims.agent !== ask.agent) throw invalid('It is for another agent.');
	if (claims.origin !== undefined && new URL(claims.origin).origin !== ask.origin) throw invalid('It can only be used on the website that it was made for.');
	const { sub, name, data, tools, maxCallSeconds } = claims;
	return {
		id: claims.jti,
		agent: claims.agent,
		overAt: (Math.ceil(claims.exp) + CLOCK_SKEW_SECONDS) * 1000,
		permit: {
			caller: { id: sub, ...(name === undefined ? {} : { name }), ...(data === undefined ? {} : { data }) },
			...(tools === undefined ? {} : { tools }),
			...(maxCallSeconds === undefined ? {} : { maxCallMs: maxCallSeconds * 1000 }),
		},
	};
}

function kidOf(token: string): string | undefined {
	try {
		return decodeProtectedHeader(token).kid;
	} catch (thrown) {
		throw refusal(thrown);
	}
}

async function payloadOf(token: string, { keys, algorithms, issuer }: Verification, now: number): Promise<JWTPayload> {
	let last: VoiceError = invalid('It was signed with a key that this agent does not know.');
	for (const key of keys) {
		try {
			const options = {
				algorithms,
				audience: JOIN_AUDIENCE,
				clockTolerance: CLOCK_SKEW_SECONDS,
				currentDate: new Date(now),
				...(issuer === '' ? {} : { issuer }),
			};
			return (await verifyWith(token, key, options)).payload;
		} catch (thrown) {
			last = refusal(thrown);
			if (!(thrown instanceof errors.JWSSignatureVerificationFailed)) break;
		}
	}
	throw last;
}

async function verifyWith(token: string, key: SigningKey, options: Parameters<typeof jwtVerify>[2]): Promise<{ payload: JWTPayload }> {
	return typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
}

function claimsOf(payload: JWTPayload): JoinClaims {
	const parsed = joinClaims.safeParse(payload);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	// Not with the value: it may be about the caller.
	throw invalid(`Its claim "${issue?.path.join('.')}" is missing or not valid.`);
}

/** A token that lives for long is a password. */
function assertLife({ iat, exp }: JoinClaims, now: number): void {
	if (iat > now / 1000 + CLOCK_SKEW_SECONDS) throw invalid('It was made in the future.', 'Set the clock of the machine that signs.');
	if (exp - iat <= LONGEST_LIFE_SECONDS) return;
	throw invalid(`It is valid for longer than ${LONGEST_LIFE_SECONDS / 3600} hours.`, 'Let whoever signs set "exp" closer to "iat".');
}

function invalid(message: string, remedy?: string): VoiceError {
	return new VoiceError('VOICE_ERR_TOKEN_INVALID', message, remedy === undefined ? {} : { remedy });
}

/** What jose says names claims and headers; what the token says stays out. */
function refusal(thrown: unknown): VoiceError {
	if (thrown instanceof VoiceError) return thrown;
	if (thrown instanceof errors.JWTExpired) return new VoiceError('VOICE_ERR_TOKEN_EXPIRED', 'It was valid for a limited time, which is over.');
	if (thrown instanceof errors.JWTClaimValidationFailed) {
		if (thrown.claim === 'nbf') return invalid('It is not valid yet.', 'Try again later.');
		return invalid(`Its claim "${thrown.claim}" is missing or not the right one.`);
	}
	if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWSSignatureVerificationFailed) return invalid('It was signed with a key that this agent does not know.');
	if (thrown instanceof errors.JWKSMultipleMatchingKeys) return invalid('It does not say which key it was signed with.');
	if (thrown instanceof errors.JOSEAlgNotAllowed || thrown instanceof errors.JOSENotSupported) return invalid('It was signed in a way that this agent does not accept.');
	return invalid('It is no token, or it was damaged on its way.');
}
