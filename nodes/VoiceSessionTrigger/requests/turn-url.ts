interface Arrival {
	readonly localAddress?: string | undefined;
	readonly localPort?: number | undefined;
	/** Set on TLS sockets only. */
	readonly encrypted?: unknown;
}

/**
 * Where the runtime POSTs turns to: the very socket on which the caller's offer arrived, as n8n's public address
 * may not lead back to it from inside. `base` wins when given (runtime in another container).
 */
export function turnUrl(socket: Arrival, originalUrl: string, base: string): string {
	const { pathname } = new URL(originalUrl, 'http://n8n');
	if (base !== '') return `${base.replace(/\/+$/, '')}${pathname}`;
	// IPv4 on a socket of IPv6 reads ::ffff:10.0.0.7.
	const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
	const host = address.includes(':') ? `[${address.split('%')[0]}]` : address;
	return `${socket.encrypted ? 'https' : 'http'}://${host}:${socket.localPort}${pathname}`;
}
