import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * The same doors once more for this machine itself, without TLS: a certificate is for the name that callers use, so the
 * nodes beside the runtime could not check it at 127.0.0.1.
 */
export class LocalServer {
	private constructor(
		private readonly server: http.Server,
		readonly port: number,
	) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** After the app's own server listens. */
	static async open(app: FastifyInstance): Promise<LocalServer> {
		const server = http.createServer({ requestTimeout: 0 }, (request, response) => app.routing(request, response));
		server.on('upgrade', (...args) => app.server.emit('upgrade', ...args));
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(0, '127.0.0.1', resolve);
		});
		return new LocalServer(server, (server.address() as AddressInfo).port);
	}

	close(): void {
		this.server.close();
		this.server.closeAllConnections();
	}
}
