// Guards against: a server that is switched off and holds up a turn, a cancelled request that ends the process, keys that
// leave in an address, and what a caller said being sent to where a server points.
import { getEventListeners, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import net, { type AddressInfo } from 'node:net';
import { z } from 'zod';
import { type FixtureFault, FixtureServer, type Routes } from './fixtures/fixture-server.fixture';
import { apiUrl, remoteAddress } from './address';
import { FoundOnce } from '../../lib/async';
import { RemoteServer } from './remote-server';

const never = new AbortController().signal;
const hello = z.object({ hello: z.string() });
const greet: Routes = {
	'GET /v1/models': async (_request, reply) => await reply.json(200, { data: [{ id: 'one', owned_by: 'vllm' }] }),
	'POST /v1/greet': async (_request, reply) => await reply.json(200, { hello: 'you' }),
};

it.each([
	['http://gpu:8000', 'http://gpu:8000/v1'],
	['http://gpu:8000/v1/', 'http://gpu:8000/v1'],
	['https://gpu/openai/', 'https://gpu/openai/v1'],
	['https://gpu/openai/v2', 'https://gpu/openai/v2'],
])('understands %s as %s', (given, url) => expect(apiUrl(given)).toBe(url));

it.each(['gpu:8000', 'ftp://gpu', 'file:///etc/passwd', '', 'http://me:secret@gpu'])('refuses the address %j', (given) => {
	let message = '';
	try {
		apiUrl(given);
	} catch (error) {
		expect(error).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
		({ message } = error as Error);
	}
	expect(message).toContain('address of an inference server');
	expect(message).not.toContain('secret');
});

describe('a server', () => {
	let server: FixtureServer;
	beforeEach(async () => {
		server = await FixtureServer.start(greet);
	});
	afterEach(async () => await server.stop());

	it('is told no key where there is none, and gets an id for its log', async () => {
		await server.client().askJson({ path: '/greet', json: {} }, hello, never);
		const [received] = server.received;
		expect(received?.headers.authorization).toBeUndefined();
		expect(received?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
	});

	it('that points elsewhere does not get others to hear what was said', async () => {
		const elsewhere = await FixtureServer.start(greet);
		for (const status of [301, 302, 307, 308]) {
			const fault: FixtureFault = { kind: 'status', status, headers: { location: `${elsewhere.url}/v1/greet` } };
			server.next(fault);
			await expect(server.client().askJson({ path: '/greet', json: { said: 'hello' } }, hello, never)).rejects.toMatchObject({
				code: 'VOICE_ERR_ENGINE_REFUSED',
				message: expect.stringContaining('redirects to another address'),
			});
		}
		expect(elsewhere.received).toEqual([]);
		await elsewhere.stop();
	});

	it('can be left at any moment, whatever was being sent', async () => {
		const client = server.client();
		const form = (): FormData => {
			const made = new FormData();
			made.set('file', new Blob([Buffer.alloc(200_000)]), 'utterance.wav');
			return made;
		};
		for (let turns = 0; turns < 30; turns++) {
			for (const request of [{ path: '/greet', form: form() }, { path: '/greet', json: { text: 'x'.repeat(200_000) } }]) {
				const abort = new AbortController();
				const asked = client.askJson(request, hello, abort.signal).then(
					() => 'answered',
					({ code }: { code: string }) => code,
				);
				for (let turn = 0; turn < turns; turn++) await (turn % 2 ? Promise.resolve() : new Promise(setImmediate));
				abort.abort();
				expect(['answered', 'VOICE_ERR_CANCELLED']).toContain(await asked);
			}
		}
		expect(await client.askJson({ path: '/greet', json: {} }, hello, never)).toEqual({ hello: 'you' });
	});

	it('leaves no listener behind on a signal that lives longer than its requests', async () => {
		const client = server.client();
		const { signal } = new AbortController();
		for (const fault of [undefined, { kind: 'drop' }, { kind: 'status', status: 400 }, { kind: 'cut', after: 1 }] as const) {
			if (fault) server.next(fault);
			await client.askJson({ path: '/greet', json: {} }, hello, signal).catch(() => undefined);
		}
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	});

	it('that cannot be shown its key does not show it to others', async () => {
		const client = server.client({ apiKey: 'sk-secret\nsk-secret' });
		const failure: unknown = await client.askJson({ path: '/greet', json: {} }, hello, never).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
		expect((failure as Error).message).not.toContain('secret');
		expect(server.received).toEqual([]);
	});

	it('is asked for its models once', async () => {
		const client = server.client();
		expect(await Promise.all([client.model(never), client.owner(never), client.model(never)])).toEqual(['one', 'vllm', 'one']);
		expect(server.paths()).toEqual(['/v1/models']);
		expect(await server.client({ model: 'mine' }).model(never)).toBe('mine');
	});
});

it('says that nothing listens', async () => {
	const server = await FixtureServer.start(greet);
	const { url } = server;
	const client = new RemoteServer(remoteAddress.parse({ baseUrl: url }));
	await server.stop();
	await expect(client.askJson({ path: '/greet', json: {} }, hello, never)).rejects.toMatchObject({
		code: 'VOICE_ERR_ENGINE_UNREACHABLE',
		message: `The inference server at ${url}/v1 cannot be reached (nothing is listening there).`,
	});
	await expect(client.model(never)).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
	await expect(client.owner(never)).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});

it('gives up a connection that does not stand in time', async () => {
	// Takes connections and never shakes hands.
	const deaf = net.createServer(() => undefined).listen(0, '127.0.0.1');
	await once(deaf, 'listening');
	const baseUrl = `https://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
	const client = new RemoteServer(remoteAddress.parse({ baseUrl, limits: { connectMs: 200, firstByteMs: 600_000 } }));
	await expect(client.askJson({ path: '/greet', json: {} }, hello, never)).rejects.toMatchObject({
		code: 'VOICE_ERR_ENGINE_UNREACHABLE',
		message: expect.stringContaining('did not accept a connection within 200 ms'),
	});
	deaf.close();
});

describe('a server that takes its time', () => {
	const limits = { connectMs: 200, firstByteMs: 20_000, stallMs: 400 };
	let server: FixtureServer;
	let headersAfterMs: number;
	let firstByteAfterMs: number;
	beforeEach(async () => {
		headersAfterMs = firstByteAfterMs = 0;
		server = await FixtureServer.start({
			'POST /v1/greet': async (_request, reply) => {
				await sleep(headersAfterMs);
				reply.begin(200, { 'content-type': 'application/json' });
				await sleep(firstByteAfterMs);
				await reply.write('{"hello":');
				await reply.write('"you"}');
			},
		});
	});
	afterEach(async () => await server.stop());

	it('may read a prompt for longer than a connection takes, on a new connection and on a kept one, for many at once', async () => {
		const client = server.client({ limits });
		const greet = async (): Promise<unknown> => await client.askJson({ path: '/greet', json: {} }, hello, never);
		expect(await greet()).toEqual({ hello: 'you' });
		headersAfterMs = 2000;
		const asked = Array.from({ length: 12 }, greet);
		await server.until(() => server.received.length === 13);
		expect(await Promise.all(asked)).toEqual(Array(12).fill({ hello: 'you' }));
	});

	it('may send its headers long before the first byte, however soon it must go on after that', async () => {
		firstByteAfterMs = 1200;
		expect(await server.client({ limits }).askJson({ path: '/greet', json: {} }, hello, never)).toEqual({ hello: 'you' });
	});

	it('does not have to send while nobody asks', async () => {
		server.next({ kind: 'slow', everyMs: 600 });
		const { body } = await server.client({ limits }).ask({ path: '/greet', json: {} }, never);
		let text = '';
		for await (const piece of body) {
			text += Buffer.from(piece).toString();
			await sleep(700);
		}
		expect(text).toBe('{"hello":"you"}');
	});
});

it('says that there is no such host', async () => {
	const client = new RemoteServer(remoteAddress.parse({ baseUrl: 'http://nowhere.invalid:8000' }));
	await expect(client.model(never)).rejects.toMatchObject({
		code: 'VOICE_ERR_ENGINE_UNREACHABLE',
		message: expect.stringMatching(/cannot be reached \((there is no such host|the host name could not be looked up)\)/) as string,
	});
});

it('has nothing to say about an empty list of models', async () => {
	const server = await FixtureServer.start({ 'GET /v1/models': async (_request, reply) => await reply.json(200, { data: [] }) });
	await expect(server.client().model(never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: expect.stringContaining('Load a model') });
	await server.stop();
});

describe('FoundOnce', () => {
	it('finds for all who ask, though the first one leaves, and tries again after a failure', async () => {
		let tries = 0;
		let fail = true;
		const found = new FoundOnce(async () => {
			tries++;
			await new Promise(setImmediate);
			if (fail) throw new Error('down');
			return tries;
		});
		const first = new AbortController();
		const asked = [found.get(first.signal), found.get(never)];
		first.abort();
		await expect(asked[0]).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await expect(asked[1]).rejects.toThrow('down');
		fail = false;
		expect(await Promise.all([found.get(never), found.get(never)])).toEqual([2, 2]);
		expect(await found.get(never)).toBe(2);
		await expect(found.get(first.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		found.forget();
		expect(await found.get(never)).toBe(3);
	});
});
