// Guards against: a WebSocket that is opened without the key or where there is none, one that fills the memory, and one that keeps the runtime from ending.
import { once } from 'node:events';
import net from 'node:net';
import WebSocket from 'ws';
import { silent } from '../children/fake-child.fixture';
import { EVENT } from '../n8n/fake-socket.fixture';
import { TriggerStreams } from '../n8n/trigger-streams';
import { AUTHORIZED, CALL_ID, HttpDoor } from './http-door.fixture';

let streams: TriggerStreams;
let door: HttpDoor;
let opened: WebSocket[];

beforeEach(async () => {
	streams = new TriggerStreams(silent);
	door = await HttpDoor.open({ streams });
	opened = [];
});
afterEach(async () => {
	for (const socket of opened) socket.terminate();
	streams.close();
	await door.close();
});

function connect(path = '/v1/triggers', headers: Record<string, string> = AUTHORIZED): WebSocket {
	const socket = new WebSocket(`ws://127.0.0.1:${door.port}${path}`, { headers });
	opened.push(socket);
	return socket;
}

async function trigger(): Promise<WebSocket> {
	const socket = connect();
	await once(socket, 'open');
	socket.send(JSON.stringify({ type: 'hello', workflowId: 'w1', node: 'Trigger' }));
	while (!streams.has('w1', 'Trigger')) await new Promise(setImmediate);
	return socket;
}

/** How the runtime answers a WebSocket that it does not open. */
async function refusal(path: string, headers: Record<string, string>): Promise<{ status: number | undefined; code: unknown; closed: boolean }> {
	const socket = connect(path, headers);
	socket.once('open', () => {
		throw new Error('it was opened');
	});
	return await new Promise((resolve, reject) => {
		socket.on('error', reject);
		socket.once('unexpected-response', (_request, response) => {
			const line = response.socket;
			let body = '';
			response.on('data', (piece: Buffer) => (body += piece.toString()));
			response.once('end', () => {
				const code = (JSON.parse(body) as { error: { code: string } }).error.code;
				const answer = { status: response.statusCode, code, closed: true };
				if (line.destroyed) resolve(answer);
				else line.once('close', () => resolve(answer));
			});
		});
	});
}

it('a trigger gets its events over a WebSocket that was opened with the key', async () => {
	const socket = await trigger();
	const message = once(socket, 'message');
	const pushing = streams.push('w1', 'Trigger', EVENT);
	const [data] = (await message) as [Buffer];
	const { type, id, event } = JSON.parse(data.toString()) as Record<string, unknown>;
	expect({ type, event }).toEqual({ type: 'event', event: EVENT });
	socket.send(JSON.stringify({ type: 'ack', id }));
	await expect(pushing).resolves.toBe(true);
});

it.each([
	['no key', {}],
	['a wrong key', { authorization: 'Bearer wrong' }],
])('with %s nothing is opened, whatever the path', async (_what, headers) => {
	for (const path of ['/v1/triggers', '/v1/health', '/v1/nothing', '/']) {
		expect(await refusal(path, headers as Record<string, string>)).toEqual({ status: 401, code: 'VOICE_ERR_UNAUTHORIZED', closed: true });
	}
	expect(streams.size).toBe(0);
});

it.each([
	['/v1/health', 400],
	['/v1/engines', 400],
	['/v1/nothing', 404],
	['/v1/triggers/x', 404],
	['/v1/sessions/%zz', 404],
])('there is no WebSocket at %s', async (path, status) => {
	expect(await refusal(path, AUTHORIZED)).toEqual({ status, code: 'VOICE_ERR_BAD_REQUEST', closed: true });
});

it.each(['POST', 'DELETE'])('a %s that asks for a WebSocket is refused, and does nothing', async (method) => {
	const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'x'.repeat(22).concat('==') };
	const response = await door.askWithKey(method, method === 'DELETE' ? `/v1/calls/${CALL_ID}` : '/v1/sessions', undefined, headers);
	expect(response.status).toBe(400);
	expect(door.calls.line).not.toHaveBeenCalled();
	expect(door.calls.open).not.toHaveBeenCalled();
});

it('a message over 4 KiB ends the stream, with the reason', async () => {
	const socket = await trigger();
	const closed = once(socket, 'close');
	socket.send('x'.repeat(4097));
	expect((await closed)[0]).toBe(1009);
	while (streams.size > 0) await new Promise(setImmediate);
	const again = await trigger();
	again.send('x'.repeat(4096));
	const pushing = streams.push('w1', 'Trigger', EVENT);
	const [data] = (await once(again, 'message')) as [Buffer];
	again.send(JSON.stringify({ type: 'ack', id: (JSON.parse(data.toString()) as { id: string }).id }));
	await expect(pushing).resolves.toBe(true);
});

it('whoever does not begin with hello is sent away', async () => {
	const socket = connect();
	await once(socket, 'open');
	socket.send('good day');
	expect((await once(socket, 'close'))[0]).toBe(1008);
});

it('the server ends at once, with streams open, ones that have said nothing, and peers that do not answer', async () => {
	await trigger();
	await once(connect(), 'open');
	const deaf = net.connect(door.port, '127.0.0.1');
	deaf.on('error', () => undefined);
	const key = 'x'.repeat(22).concat('==');
	deaf.write(`GET /v1/triggers HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nAuthorization: ${AUTHORIZED.authorization}\r\n\r\n`);
	const [first] = (await once(deaf, 'data')) as [Buffer];
	expect(first.toString()).toMatch(/^HTTP\/1\.1 101 /);
	const idle = net.connect(door.port, '127.0.0.1');
	idle.on('error', () => undefined);
	await once(idle, 'connect');
	const startedAt = Date.now();
	await door.close();
	expect(Date.now() - startedAt).toBeLessThan(1000);
	deaf.destroy();
	idle.destroy();
});
