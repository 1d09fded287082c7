import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CatalogueFile } from '../catalogue/schema';
import type { DownloadLimits } from './limits';

/** How a server answers one request; `count` is how many it had before. */
export type Reaction = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A model server on loopback that misbehaves as it is told. */
export class Hub {
	readonly requests: IncomingMessage[] = [];
	react: Reaction;
	private readonly server: Server;

	private constructor(react: Reaction) {
		this.react = react;
		this.server = createServer((request, response) => {
			this.requests.push(request);
			this.react(request, response, this.requests.length - 1);
		});
	}

	static async open(react: Reaction = (_, response) => response.writeHead(404).end()): Promise<Hub> {
		const hub = new Hub(react);
		await new Promise<void>((resolve) => hub.server.listen(0, '127.0.0.1', resolve));
		return hub;
	}

	get base(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** What was asked for: path and range. */
	get asked(): string[] {
		return this.requests.map(({ url, headers }) => `${url} ${headers.range ?? 'whole'}`);
	}

	/** Breaks all connections. */
	cut(): void {
		this.server.closeAllConnections();
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

/** Serves `content` as a hub does: ranges, If-Range, a strong ETag. `upTo`: sends no byte behind that one, and hangs. */
export function serveHub(content: Buffer, options: { etag?: string; upTo?: number } = {}): Reaction {
	const etag = options.etag ?? `"${sha256(content).slice(0, 16)}"`;
	return (request, response) => {
		const ifRange = request.headers['if-range'];
		const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
		const partial = start > 0 && (ifRange === undefined || ifRange === etag);
		if (partial && start >= content.length) return void response.writeHead(416).end();
		const from = partial ? start : 0;
		response.writeHead(partial ? 206 : 200, {
			etag,
			'content-length': content.length - from,
			...(partial ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
		});
		if (options.upTo === undefined) return void response.end(content.subarray(from));
		response.write(content.subarray(from, options.upTo));
	};
}

/** The first reactions once each, the last one from then on. */
export function inTurn(...reactions: Reaction[]): Reaction {
	return (request, response, count) =>
		(reactions[count] ?? reactions.at(-1))?.(request, response, count);
}

export function answer(status: number, headers: Record<string, string> = {}, body: Buffer | string = ''): Reaction {
	return (_, response) =>
		void response.writeHead(status, headers).end(body);
}

export function sha256(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}

/** Bytes that repeat nowhere, so that a piece in the wrong place shows; begins as a GGUF file does. */
export function hubModelBytes(length: number, seed = 1): Buffer {
	const bytes = Buffer.alloc(length);
	let state = seed;
	for (let index = 0; index < length; index++) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		bytes[index] = state >>> 24;
	}
	bytes.write('GGUF', 0, 'latin1');
	return bytes;
}

export function catalogueFile(content: Buffer, more: Partial<CatalogueFile> = {}): CatalogueFile {
	return {
		name: 'model.gguf',
		bytes: content.length,
		aboutBytes: null,
		sha256: sha256(content),
		...more,
	};
}

/** Patience of a test: short, and waits between tries take no time but are written down. */
export function testLimits(waits: number[] = []): DownloadLimits {
	return {
		answerMs: 400,
		stallMs: 250,
		tries: 3,
		backOffMs: 1000,
		freeBytes: async () => Number.MAX_SAFE_INTEGER,
		pause: async (ms, signal) => {
			waits.push(ms);
			signal.throwIfAborted();
			await new Promise((resolve) => setImmediate(resolve));
		},
		now: () => performance.now(),
	};
}
