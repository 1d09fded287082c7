/**
 * One try at one address came to nothing. `again`: the same address may still bring it. `elsewhere`: it will not.
 * The message goes into the error that the user reads, so it holds no query string (they carry signatures) and no token.
 */
export class TryFailure extends Error {
	/** What the server asked us to wait, ms. */
	readonly waitMs: number;
	/** The server wants to know who asks. */
	readonly gated: boolean;

	constructor(
		message: string,
		readonly next: 'again' | 'elsewhere',
		options: { readonly waitMs?: number; readonly gated?: boolean; readonly cause?: unknown } = {},
	) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'TryFailure';
		this.waitMs = options.waitMs ?? 0;
		this.gated = options.gated ?? false;
	}
}

/** Nobody there, or nobody we may talk to: asking again in a second changes nothing, unless it went well before. */
const NOBODY = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const UNTRUSTED = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY|ERR_SSL/;

/** What a network error says about the next try. `received`: this address has already sent something. */
export function fromNetwork(error: NodeJS.ErrnoException, host: string, received: boolean): TryFailure {
	const code = error.code ?? '';
	const { address, port, statusCode } = error as { address?: string; port?: number; statusCode?: number };
	if (code === 'ERR_PROXY_TUNNEL') {
		return new TryFailure(`${host}: the proxy refuses (${statusCode ?? 'no answer'})`, 'elsewhere', { cause: error });
	}
	// Where a proxy is in between, this is the proxy.
	const at = address === undefined || `${address}:${port}` === host ? '' : ` at ${address}:${port}`;
	const why = code === '' ? error.message : code + at;
	if (UNTRUSTED.test(code)) {
		return new TryFailure(`${host}: its certificate is not trusted (${why}); NODE_EXTRA_CA_CERTS adds one`, 'elsewhere', { cause: error });
	}
	return new TryFailure(`${host}: the connection failed (${why})`, NOBODY.has(code) && !received ? 'elsewhere' : 'again', { cause: error });
}
