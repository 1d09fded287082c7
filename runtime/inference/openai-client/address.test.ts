// Guards against: engines asked through a proxy nobody meant for them, or past one that was; a proxy that holds up a turn.
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { z } from 'zod';
import type { VoiceError } from '../../contract/errors';
import { Proxy } from '../models/download/proxy.fixture';
import { FixtureServer } from './fixtures/fixture-server.fixture';

const VARIABLES = ['NODE_USE_ENV_PROXY', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
const limits = { connectMs: 300, firstByteMs: 20_000 };

let server: FixtureServer;
let proxy: Proxy;
beforeEach(async () => {
	server = await FixtureServer.start({ 'POST /v1/greet': async (_request, reply) => await reply.json(200, { hello: 'you' }) });
	proxy = await Proxy.open();
	for (const name of VARIABLES) delete process.env[name];
});
afterEach(async () => {
	for (const [name, value] of before) {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
	await proxy.close();
	await server.stop();
});

async function greet(): Promise<unknown> {
	return await server.client({ limits }).askJson({ path: '/greet', json: {} }, z.object({ hello: z.string() }), new AbortController().signal);
}
async function failure(): Promise<VoiceError> {
	return await greet().then(
		() => { throw new Error('was answered'); },
		(error: unknown) => error as VoiceError,
	);
}

it('goes past a proxy, unless Node is told to use it', async () => {
	process.env.HTTP_PROXY = `http://${proxy.address}`;
	expect(await greet()).toEqual({ hello: 'you' });
	expect(proxy.asked).toEqual([]);
	process.env.NODE_USE_ENV_PROXY = '1';
	expect(await greet()).toEqual({ hello: 'you' });
	expect(proxy.asked).toEqual([`CONNECT ${new URL(server.url).host}`]);
	process.env.NO_PROXY = '127.0.0.1';
	expect(await greet()).toEqual({ hello: 'you' });
	expect(proxy.asked).toHaveLength(1);
});

it('says that a proxy wants a login', async () => {
	process.env.NODE_USE_ENV_PROXY = '1';
	process.env.HTTP_PROXY = `http://${proxy.address}`;
	proxy.wants = 'Basic x';
	expect(await failure()).toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE', message: expect.stringContaining('407') });
});

it.each<[string, (socket: Socket) => void, string]>([
	['says nothing', () => undefined, 'did not accept a connection within 300 ms'],
	['hangs up', (socket) => socket.once('data', () => socket.end()), 'cannot be reached (it closed the connection)'],
])('gives up a proxy that %s', async (_what, meet, words) => {
	const sockets: Socket[] = [];
	const stuck = net.createServer((socket) => {
		sockets.push(socket);
		meet(socket);
	}).listen(0, '127.0.0.1');
	await once(stuck, 'listening');
	process.env.NODE_USE_ENV_PROXY = '1';
	process.env.HTTP_PROXY = `http://127.0.0.1:${(stuck.address() as AddressInfo).port}`;
	const startedAt = performance.now();
	expect(await failure()).toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE', message: expect.stringContaining(words) });
	expect(performance.now() - startedAt).toBeLessThan(5000);
	for (const socket of sockets) socket.destroy();
	stuck.close();
});
