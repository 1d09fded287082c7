import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { openLog } from '../../lib/log';
import type { ProcessState } from '../../contract/stats';
import type { RpcClient } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { TriggerStreams } from '../n8n/trigger-streams';
import { SignallingSockets } from '../signalling/signalling-sockets';
import { SocketAddress } from '../signalling/socket-address';
import { createHttpServer, openDoors } from './http-server';
import type { UploadLimits } from './uploads';

export const KEY = 'a key of the house that is long enough';
export const AUTHORIZED = { authorization: `Bearer ${KEY}` };
export const CALL_ID = `s_${'c'.repeat(24)}`;
export const TURN_ID = `t_${'t'.repeat(24)}`;

/** What stands in for one call of inference: its parameters, the inputs it is sent, and how it ends. */
export class StandInCall {
	readonly inputs: unknown[] = [];
	cancelled = false;
	resolve: (value: unknown) => void = () => undefined;
	reject: (error: unknown) => void = () => undefined;
	readonly result = new Promise<unknown>((resolve, reject) => {
		this.resolve = resolve;
		this.reject = reject;
	});

	constructor(
		readonly op: string,
		readonly params: Record<string, unknown>,
		readonly emit: (event: unknown) => void,
	) {}

	send = (input: unknown): void => void this.inputs.push(input);
	cancel = (): void => {
		this.cancelled = true;
	};
}

export interface Ask {
	readonly method: string;
	readonly url: string;
	readonly headers?: http.OutgoingHttpHeaders;
	/** An object is sent as JSON. */
	readonly payload?: string | Buffer | object | undefined;
}

export interface Answer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: Buffer;
	json(): unknown;
}

/** The HTTP server as it is, with stand-ins behind it: the test says what calls and inference do. */
export class HttpDoor {
	readonly calls = { open: jest.fn(), line: jest.fn(), messages: jest.fn(), turn: jest.fn(), permitOf: jest.fn(), size: 0 };
	readonly joinTokens = { check: jest.fn() };
	readonly media = { state: 'ready' as ProcessState, ready: true, trouble: undefined as string | undefined, stats: jest.fn() };
	readonly inference = { state: 'ready' as ProcessState, trouble: undefined as string | undefined, pid: 4711 };
	readonly page = { render: jest.fn() };
	readonly turnServers = { configuration: jest.fn() };
	/** What inference was asked, in order; `whenAsked` ends it. */
	readonly asked: StandInCall[] = [];
	whenAsked: (call: StandInCall) => void = () => undefined;
	ready: () => Promise<void> = async () => undefined;
	private sockets: SignallingSockets | undefined;

	private constructor(readonly app: FastifyInstance) {}

	get port(): number {
		return (this.app.server.address() as AddressInfo).port;
	}

	/** A request on a connection of its own. */
	async ask({ method, url, headers, payload }: Ask): Promise<Answer> {
		const raw = payload === undefined || typeof payload === 'string' || Buffer.isBuffer(payload);
		const body = raw ? payload : JSON.stringify(payload);
		// Of GET and DELETE, Node says no length by itself.
		const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
		const options = { port: this.port, method, path: url, agent: false, headers: { ...(!raw && { 'content-type': 'application/json' }), ...length, ...headers } };
		const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
			http.request(options, resolve).once('error', reject).end(body);
		});
		const pieces: Buffer[] = [];
		for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
		const whole = Buffer.concat(pieces);
		return { status: response.statusCode ?? 0, headers: response.headers, body: whole, json: () => JSON.parse(whole.toString()) as unknown };
	}

	/** The same with the key. */
	async askWithKey(method: string, url: string, payload?: Ask['payload'], headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
		return await this.ask({ method, url, payload, headers: { ...AUTHORIZED, ...headers } });
	}

	static async open(options: { allowedHosts?: string[]; uploads?: UploadLimits; streams?: Pick<TriggerStreams, 'accept'> } = {}): Promise<HttpDoor> {
		const door = new HttpDoor(createHttpServer(KEY, openLog('silent')));
		const client = {
			call: (op: string, params: Record<string, unknown>, onEvent: (event: unknown) => void) => {
				const call = new StandInCall(op, params, onEvent);
				door.asked.push(call);
				door.whenAsked(call);
				return call;
			},
		} as unknown as RpcClient<InferenceProtocol>;
		const inference = Object.assign(door.inference, {
			ready: async () => {
				await door.ready();
				return client;
			},
		});
		door.sockets = new SignallingSockets(KEY, door.calls);
		await openDoors(door.app, {
			key: KEY,
			page: door.page,
			media: door.media,
			inference,
			calls: door.calls,
			joinTokens: door.joinTokens,
			turnServers: door.turnServers,
			streams: options.streams ?? { accept: (socket) => socket.terminate() },
			sockets: door.sockets,
			address: new SocketAddress('https://voice.example/runtime', () => undefined),
			version: '1.2.3',
			...(options.allowedHosts && { allowedHosts: options.allowedHosts }),
			...(options.uploads && { uploads: options.uploads }),
		});
		await door.app.listen({ host: '127.0.0.1', port: 0 });
		return door;
	}

	async close(): Promise<void> {
		this.sockets?.close();
		await this.app.close();
	}
}
