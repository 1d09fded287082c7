// Guards against: an event acknowledged before its execution was started, one event starting two executions,
// and a trigger that stays deaf after the runtime was started again.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { TriggerEvent } from '../contract/turn';
import { TriggerStream } from './trigger-stream';

const KEY = 'x'.repeat(40);
const EVENT: TriggerEvent = { event: 'sessionStarted', sessionId: `s_${'b'.repeat(24)}`, at: '2026-01-01T00:00:00.000Z' };

/** The gateway's side: what came in, and a way to wait for the next message or connection. */
class Gateway {
	readonly http = createServer();
	readonly server = new WebSocketServer({ server: this.http });
	readonly keys: string[] = [];
	private readonly messages: unknown[] = [];
	private readonly waiting: Array<(message: unknown) => void> = [];
	socket: WebSocket | undefined;

	constructor() {
		this.server.on('connection', (socket, request) => {
			this.socket = socket;
			this.keys.push(`${request.url} ${request.headers.authorization}`);
			socket.on('message', (data: Buffer) => {
				const message: unknown = JSON.parse(data.toString());
				const next = this.waiting.shift();
				if (next) next(message);
				else this.messages.push(message);
			});
		});
	}

	async listen(port = 0): Promise<number> {
		await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
		return (this.http.address() as AddressInfo).port;
	}

	async next(): Promise<unknown> {
		return this.messages.length > 0 ? this.messages.shift() : await new Promise((resolve) => this.waiting.push(resolve));
	}

	push(id: string): void {
		this.socket?.send(JSON.stringify({ type: 'event', id, event: EVENT }));
	}

	async close(): Promise<void> {
		for (const socket of this.server.clients) socket.terminate();
		this.server.close();
		await new Promise((resolve) => this.http.close(resolve));
	}
}

let gateway: Gateway;
let stream: TriggerStream;
let port: number;
let started: TriggerEvent[];
let onEvent: (event: TriggerEvent) => Promise<void>;

beforeEach(async () => {
	gateway = new Gateway();
	port = await gateway.listen();
	started = [];
	onEvent = async (event) => void started.push(event);
	stream = new TriggerStream({
		locator: { locate: async () => ({ url: `http://127.0.0.1:${port}`, key: KEY }), forget: () => undefined },
		workflowId: 'w1',
		node: 'Voice',
		onEvent: (event) => onEvent(event),
		agent: () => undefined,
		log: () => undefined,
	});
	expect(await gateway.next()).toEqual({ type: 'hello', workflowId: 'w1', node: 'Voice' });
});

afterEach(async () => {
	stream.close();
	await gateway.close();
});

test('shows its key, and acknowledges after the execution was started', async () => {
	expect(gateway.keys).toEqual([`/v1/triggers Bearer ${KEY}`]);
	const order: string[] = [];
	let called = (): void => undefined;
	const wasCalled = new Promise<void>((resolve) => (called = resolve));
	let start = (): void => undefined;
	const mayStart = new Promise<void>((resolve) => (start = resolve));
	onEvent = async () => {
		called();
		await mayStart;
		order.push('started');
	};
	const acknowledged = gateway.next().then((message) => {
		order.push('acknowledged');
		return message;
	});
	gateway.push('e1');
	await wasCalled;
	start();
	expect(await acknowledged).toEqual({ type: 'ack', id: 'e1' });
	expect(order).toEqual(['started', 'acknowledged']);
});

test('the same event again is acknowledged again and starts nothing', async () => {
	gateway.push('e1');
	gateway.push('e1');
	expect(await gateway.next()).toEqual({ type: 'ack', id: 'e1' });
	expect(await gateway.next()).toEqual({ type: 'ack', id: 'e1' });
	expect(started).toHaveLength(1);
});

test('an event that could not start is not acknowledged, and may come again', async () => {
	let failures = 2;
	onEvent = async (event) => {
		if (failures-- > 0) throw new Error('n8n is shutting down');
		started.push(event);
	};
	gateway.push('e1');
	gateway.socket?.send('no JSON');
	gateway.push('e2');
	gateway.push('e3');
	expect(await gateway.next()).toEqual({ type: 'ack', id: 'e3' });
	gateway.push('e2');
	expect(await gateway.next()).toEqual({ type: 'ack', id: 'e2' });
	expect(started).toHaveLength(2);
});

test('comes back when the runtime was started again', async () => {
	await gateway.close();
	gateway = new Gateway();
	await gateway.listen(port);
	expect(await gateway.next()).toMatchObject({ type: 'hello', workflowId: 'w1' });
	gateway.push('e9');
	expect(await gateway.next()).toEqual({ type: 'ack', id: 'e9' });
	expect(started).toHaveLength(1);
});
