import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy on loopback: forwards plain requests, tunnels what asks for CONNECT, and writes down what it sees. */
export class Proxy {
	/** Methods and targets. */
	readonly asked: string[] = [];
	/** All bytes of all tunnels from the client: what the proxy could read. */
	tunnelled = '';
	/** `Proxy-Authorization` that it wants. */
	wants: string | undefined;
	private readonly server: Server;
	private readonly sockets = new Set<Socket>();

	private constructor() {
		this.server = createServer((incoming, response) => {
			if (!this.admits(incoming)) return void response.writeHead(407).end();
			const onward = request(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			});
			onward.on('error', () => response.destroy());
			incoming.pipe(onward);
		});
		this.server.on('connect', (incoming: IncomingMessage, client: Socket) => {
			if (!this.admits(incoming)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
			const { hostname, port } = new URL(`http://${incoming.url}`);
			const onward = connect(Number(port), hostname, () => {
				client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
				client.on('data', (bytes) => (this.tunnelled += bytes.toString('latin1')));
				client.pipe(onward).pipe(client);
			});
			for (const socket of [client, onward]) socket.on('error', () => socket.destroy());
		});
		this.server.on('connection', (socket) => this.sockets.add(socket));
	}

	static async open(): Promise<Proxy> {
		const proxy = new Proxy();
		await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
		return proxy;
	}

	get address(): string {
		return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private admits({ method, url, headers }: IncomingMessage): boolean {
		this.asked.push(`${method} ${url}`);
		return this.wants === undefined || headers['proxy-authorization'] === this.wants;
	}
}
