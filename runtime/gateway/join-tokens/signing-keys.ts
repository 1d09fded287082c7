import { type CryptoKey, type JWSHeaderParameters, createRemoteJWKSet, customFetch, errors } from 'jose';
import { VoiceError } from '../../contract/errors';
import type { JoinKeys } from '../../contract/join-token';

const PUBLIC_KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** A set of keys has a few of some hundred bytes. */
const LARGEST_KEY_SET_BYTES = 256 * 1024;
const FETCH_LIMIT_MS = 5_000;
/** A token with a key that is not known yet has the set fetched again, but not more often than this. */
const REFETCH_AFTER_MS = 30_000;
/** A key that its owner has withdrawn opens nothing after this. */
const REMEMBERED_MS = 10 * 60_000;
/** Of all agents together. */
const MOST_KEY_SETS = 32;

/** One key that may have signed a token, or a way to find it. */
export type SigningKey = Uint8Array | ((header: JWSHeaderParameters) => Promise<CryptoKey>);

/** What a token is verified with. */
export interface Verification {
	/** Never those of both kinds: what is a public key to one would be a secret to the other. */
	readonly algorithms: string[];
	/** Tried in this order. Empty: nobody has the key that the token names. */
	readonly keys: readonly SigningKey[];
	/** '' for any. */
	readonly issuer: string;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Finds the keys that a token may be signed with, and remembers those that were fetched. */
export class SigningKeys {
	private readonly sets = new Map<string, KeySet>();

	/** `kid`: of the token's header. Throws VOICE_ERR_TOKEN_KEYS where the keys can't be fetched from their address. */
	of(keys: JoinKeys, kid: string | undefined): Verification {
		if (keys.kind === 'jwks') return { algorithms: PUBLIC_KEY_ALGORITHMS, keys: [this.remoteKey(keys.url)], issuer: keys.issuer };
		const named = keys.secrets.filter(({ id }) => kid === undefined || id === kid);
		return { algorithms: ['HS256'], keys: named.map(({ secret }) => new TextEncoder().encode(secret)), issuer: '' };
	}

	private remoteKey(url: string): SigningKey {
		const set = this.setAt(url);
		return async (header) => {
			try {
				return await set(header);
			} catch (thrown) {
				if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWKSMultipleMatchingKeys || thrown instanceof errors.JOSENotSupported) throw thrown;
				throw unreachable(thrown);
			}
		};
	}

	private setAt(url: string): KeySet {
		const known = this.sets.get(url);
		if (known) return known;
		assertPrivate(new URL(url));
		const set = createRemoteJWKSet(new URL(url), {
			timeoutDuration: FETCH_LIMIT_MS,
			cooldownDuration: REFETCH_AFTER_MS,
			cacheMaxAge: REMEMBERED_MS,
			[customFetch]: fetchBounded,
		});
		this.sets.set(url, set);
		const [oldest] = this.sets.keys();
		if (this.sets.size > MOST_KEY_SETS && oldest !== undefined) this.sets.delete(oldest);
		return set;
	}
}

/** Whoever can change the keys on their way can sign. A name without a dot is that of a machine in the same private network. */
function assertPrivate({ protocol, hostname }: URL): void {
	const near = !hostname.includes('.') || /^127\.\d+\.\d+\.\d+$/.test(hostname);
	if (protocol === 'https:' || (protocol === 'http:' && near)) return;
	throw new VoiceError('VOICE_ERR_TOKEN_KEYS', 'The JWKS URL does not start with https://.', { remedy: 'In the credential "Voice Join Tokens API", enter an https:// address.' });
}

function unreachable(cause: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_TOKEN_KEYS', 'The keys that sign invitations could not be fetched, or cannot be read.', { cause });
}

/** A server that answers without end must not fill the memory. */
async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
	const response = await fetch(url, options);
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
		bytes += piece.byteLength;
		if (bytes > LARGEST_KEY_SET_BYTES) throw new RangeError('the answer is too large for a set of keys');
		pieces.push(piece);
	}
	return new Response(Buffer.concat(pieces), { status: response.status });
}
