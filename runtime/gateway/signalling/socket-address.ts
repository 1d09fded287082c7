import type { CallerAnswer } from '../../contract/signalling';
import { isLoopbackHost } from '../../lib/loopback';

const PATH = 'v1/signal';

/**
 * Where a page opens its WebSocket: at the public URL of the runtime where one is set; else on this machine, where the
 * page was reached by a loopback address. Others only have the trigger's URL.
 */
export class SocketAddress {
	constructor(
		/** '' where none is set. */
		private readonly publicUrl: string,
		/** The port that the runtime listens on; undefined while it does not, or where this machine itself cannot reach it. */
		private readonly loopbackPort: () => number | undefined,
	) {}

	/** @param pageHost by which the page was reached, with its port */
	for(pageHost: string): CallerAnswer['socket'] {
		if (this.publicUrl !== '') return { url: `${this.publicUrl.replace(/\/+$/, '').replace(/^http/i, 'ws')}/${PATH}` };
		const port = this.loopbackPort();
		if (port === undefined || !isLoopbackHost(pageHost)) return undefined;
		return { url: `ws://127.0.0.1:${port}/${PATH}` };
	}

	/** For the page's Content-Security-Policy; '' where its own address is all it needs. */
	originFor(pageHost: string): string {
		const socket = this.for(pageHost);
		return socket ? new URL(socket.url).origin : '';
	}
}
