import { type AddressInfo, createServer } from 'node:net';

/** Listens and lets go: 0 asks for any free port. Rejects with EADDRINUSE when it is taken. */
function probe(port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			const { port: found } = server.address() as AddressInfo;
			server.close(() => resolve(found));
		});
	});
}

export function freePort(): Promise<number> {
	return probe(0);
}

export function isFree(port: number): Promise<boolean> {
	return probe(port).then(
		() => true,
		() => false,
	);
}
