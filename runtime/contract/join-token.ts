import { z } from 'zod';
import { boundedArguments } from './json-bounds';

/**
 * A join token lets one caller into one call: a JWT that the owner's workflow or server signs, see docs/join-tokens.md.
 * The Voice Session Trigger hands it to the runtime with the offer, and the runtime verifies it.
 */

/** `aud` of every join token: the same key may sign other things, too. */
export const JOIN_AUDIENCE = 'voice-loop';
/** Clocks of different machines. */
export const CLOCK_SKEW_SECONDS = 60;
export const LONGEST_LIFE_SECONDS = 24 * 3600;
export const LONGEST_TOKEN = 8192;
/** HS256 is as strong as its secret: 256 bits, if it is random. */
export const SHORTEST_SIGNING_SECRET = 32;

/** Who calls, in the words of whoever signed. It is data for workflows and their tools; no model ever reads it. */
export const callerIdentity = z.object({
	id: z.string().min(1).max(200),
	name: z.string().max(200).optional(),
	data: boundedArguments.optional(),
});
export type CallerIdentity = z.infer<typeof callerIdentity>;

const seconds = z.number().finite();

/** What the token says. `exp` and `iat` are seconds since 1970. */
export const joinClaims = z.object({
	/** Two tokens with the same one are the same token. */
	jti: z.string().min(8).max(200),
	/** The caller's id. */
	sub: callerIdentity.shape.id,
	iat: seconds,
	exp: seconds,
	/** The path of the Voice Session Trigger. */
	agent: z.string().min(1).max(500),
	name: callerIdentity.shape.name,
	data: callerIdentity.shape.data,
	/** By name; absent: all that the agent has, empty: none. */
	tools: z.array(z.string().min(1).max(64)).max(64).optional(),
	/** Shorter than the agent's own limit, or without effect. */
	maxCallSeconds: z.number().min(10).max(24 * 3600).optional(),
	/** Only pages of this origin may use it. */
	origin: z.string().url().max(300).optional(),
});
export type JoinClaims = z.infer<typeof joinClaims>;

const signingSecret = z.object({
	/** `kid` of the tokens that it signs; '' for tokens that have none. */
	id: z.string().max(100),
	secret: z.string().min(SHORTEST_SIGNING_SECRET).max(1000),
});

/** What a trigger's credential says of the keys that sign. Several secrets: one of them is being replaced. */
export const joinKeys = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('secrets'), secrets: z.array(signingSecret).min(1).max(8) }),
	z.object({ kind: z.literal('jwks'), url: z.string().url().max(1000), issuer: z.string().max(300).default('') }),
]);
export type JoinKeys = z.infer<typeof joinKeys>;

/** Comes with the offer where callers need a token. */
export const joinAsk = z.object({
	/** '' where the caller showed none. */
	token: z.string().max(20_000),
	keys: joinKeys,
	/** The agent that was called. */
	agent: z.string().max(500),
	/** Of the page; absent for programs. */
	origin: z.string().max(300).optional(),
});
export type JoinAsk = z.infer<typeof joinAsk>;

/** What a token allows, once it was verified. It stays with the call. */
export interface CallPermit {
	readonly caller: CallerIdentity;
	/** Absent: all. */
	readonly tools?: readonly string[];
	readonly maxCallMs?: number;
}
