// Guards against: an error of the runtime losing its code, a foreign server's answer being believed, a stopped
// execution going on waiting, a request being lost when the runtime was started again, and a replaced voice unseen.
import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { speakSettings } from '../contract/agent-settings';
import { DONE_BY_HEADER } from '../contract/control';
import { VoiceRuntime, fixedLocator } from './voice-runtime';

const KEY = 'x'.repeat(40);
const TURN = `t_${'a'.repeat(24)}`;
const SPEECH = { text: 'Hi', speak: speakSettings.parse({}), waitForEnd: true, executionId: '1', node: 'Speak' };
const HEARD = { heard: 'Hi', text: 'Hi', interrupted: false, lookAhead: false, note: '', reachedLimit: false, spokenMs: 300, gaps: { count: 0, totalMs: 0, longestMs: 0, causes: {} }, timings: {}, engine: 'flite', replaced: [] };

let servers: Server[] = [];
let asked: string[] = [];

afterEach(() => {
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
	servers = [];
	asked = [];
});

/** `answer` undefined: never answers. */
async function serve(status: number, answer: unknown, headers: Record<string, string> = {}): Promise<{ url: string; key: string }> {
	const server = createServer((request, response) => {
		asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
		request.resume();
		if (answer === undefined) return;
		response.writeHead(status, { 'content-type': 'application/json', ...headers });
		response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: KEY };
}

test('asks below the URL, with the key, and checks the answer', async () => {
	const endpoint = await serve(200, HEARD);
	const runtime = new VoiceRuntime(fixedLocator({ ...endpoint, url: `${endpoint.url}/behind/a/proxy/` }));
	expect(await runtime.speech(TURN, SPEECH)).toEqual(HEARD);
	expect(asked).toEqual([`POST /behind/a/proxy/v1/turns/${TURN}/speech Bearer ${KEY}`]);
});

test('an error keeps its code, message and remedy', async () => {
	const error = { code: 'VOICE_ERR_TURN_CLAIMED', message: 'Another one.', remedy: 'Look.' };
	const runtime = new VoiceRuntime(fixedLocator(await serve(409, { error })));
	await expect(runtime.speech(TURN, SPEECH)).rejects.toMatchObject({ ...error, status: 409 });
});

test.each([
	['another server\'s page', 200, '<html>', 'VOICE_ERR_RUNTIME_UNREACHABLE'],
	['another version', 200, { heard: 'Hi' }, 'VOICE_ERR_RUNTIME_UNREACHABLE'],
	['another server\'s error', 502, 'Bad gateway', 'VOICE_ERR_RUNTIME_UNREACHABLE'],
	['a proxy that wants a login', 401, 'Unauthorized', 'VOICE_ERR_UNAUTHORIZED'],
	['an error of no known code', 500, { error: { code: 'E', message: 'm', remedy: 'r' } }, 'VOICE_ERR_RUNTIME_UNREACHABLE'],
])('%s is told as what it is', async (_name, status, answer, code) => {
	const runtime = new VoiceRuntime(fixedLocator(await serve(status, answer)));
	await expect(runtime.speech(TURN, SPEECH)).rejects.toMatchObject({ code });
});

describe('speech as a file', () => {
	const ASK = { text: 'Hi', speak: speakSettings.parse({}) };
	const speak = async (headers: Record<string, string>) => await new VoiceRuntime(fixedLocator(await serve(200, 'RIFF', headers))).speak(ASK);
	const header = (text: string) => ({ [DONE_BY_HEADER]: Buffer.from(text).toString('base64url') });

	test('comes with the engine that made it and those it stood in for', async () => {
		const doneBy = { engine: 'flite', replaced: [{ from: 'server:gpu', to: 'flite', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'Kein Anschluß.' }] };
		expect(await speak(header(JSON.stringify(doneBy)))).toEqual({ wav: Buffer.from('RIFF'), doneBy });
		expect((await speak({})).doneBy).toEqual({ engine: '', replaced: [] });
	});

	test.each(['no JSON', '{"replaced":[{}]}'])('a header that says %s is no runtime\'s', async (text) => {
		await expect(speak(header(text))).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE' });
	});
});

test('a stopped execution stops waiting', async () => {
	const stop = new AbortController();
	const runtime = new VoiceRuntime(fixedLocator(await serve(200, undefined)));
	const speech = runtime.speech(TURN, SPEECH, stop.signal);
	const failed = expect(speech).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	servers[0]?.once('request', () => stop.abort());
	await failed;
	await expect(runtime.speech(TURN, SPEECH, AbortSignal.abort())).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	expect(asked).toHaveLength(1);
});

describe('an answer that has begun', () => {
	/** Its headers and first bytes come, then nothing more. */
	async function begin(): Promise<{ endpoint: { url: string; key: string }; begun: Promise<ServerResponse> }> {
		const endpoint = await serve(200, undefined);
		const begun = once(servers[0] as Server, 'request').then(async (given) => {
			const response = given[1] as ServerResponse;
			response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
			await new Promise<unknown>((resolve) => response.write('{"heard":', resolve));
			return response;
		});
		return { endpoint, begun };
	}

	test('and breaks off is no answer', async () => {
		const { endpoint, begun } = await begin();
		const failed = expect(new VoiceRuntime(fixedLocator(endpoint), 0).speech(TURN, SPEECH)).rejects.toMatchObject({
			code: 'VOICE_ERR_RUNTIME_UNREACHABLE',
			message: `The voice runtime at ${endpoint.url} cannot be reached (it closed the connection).`,
		});
		(await begun).destroy();
		await failed;
	});

	test('is left when the execution is stopped', async () => {
		const { endpoint, begun } = await begin();
		const stop = new AbortController();
		const failed = expect(new VoiceRuntime(fixedLocator(endpoint)).speech(TURN, SPEECH, stop.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		const left = once(await begun, 'close');
		stop.abort();
		await failed;
		await left;
	});
});

test('a refused connection is asked again at the runtime\'s new address, once', async () => {
	const gone = await serve(200, HEARD);
	await new Promise((resolve) => servers[0]?.close(resolve));
	const places = [gone, await serve(200, HEARD)];
	let forgotten = 0;
	const runtime = new VoiceRuntime({ locate: async () => places[forgotten] ?? gone, forget: () => (forgotten += 1) });
	expect(await runtime.speech(TURN, SPEECH)).toEqual(HEARD);
	expect(forgotten).toBe(1);
	await expect(new VoiceRuntime(fixedLocator(gone), 0).speech(TURN, SPEECH)).rejects.toMatchObject({ code: 'VOICE_ERR_RUNTIME_UNREACHABLE' });
});

describe('a runtime that was killed while a node waited', () => {
	test('is asked the same again when it is back', async () => {
		const back = await serve(200, HEARD);
		const killed = createServer((request) => request.socket.destroy());
		await new Promise<void>((resolve) => killed.listen(0, '127.0.0.1', resolve));
		const before = { url: `http://127.0.0.1:${(killed.address() as AddressInfo).port}`, key: back.key };
		let times = 0;
		const runtime = new VoiceRuntime({ locate: async () => (++times < 3 ? before : back), forget: () => undefined });
		expect(await runtime.speech(TURN, SPEECH)).toEqual(HEARD);
		expect(asked).toHaveLength(1);
		await new Promise((resolve) => killed.close(resolve));
	});

	test('knows a request that it gets again by its id; another one has another', async () => {
		const ids: unknown[] = [];
		const server = createServer((request, response) => {
			const pieces: Buffer[] = [];
			request.on('data', (piece: Buffer) => pieces.push(piece));
			request.on('end', () => {
				ids.push((JSON.parse(Buffer.concat(pieces).toString()) as { request?: unknown }).request);
				if (ids.length === 1) request.socket.destroy();
				else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(HEARD));
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const runtime = new VoiceRuntime(fixedLocator({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'k'.repeat(40) }));
		await runtime.speech(TURN, SPEECH);
		await runtime.speech(TURN, SPEECH);
		expect(ids).toEqual([expect.any(String), ids[0], expect.any(String)]);
		expect(ids[2]).not.toBe(ids[0]);
		await new Promise((resolve) => server.close(resolve));
	});

	test.each([502, 503, 504])('and whose proxy answers %i meanwhile is asked the same again, for it is no other server', async (status) => {
		const [proxy, back] = [await serve(status, '<html>Bad Gateway</html>'), await serve(200, HEARD)];
		let times = 0;
		const runtime = new VoiceRuntime({ locate: async () => (++times < 3 ? proxy : back), forget: () => undefined });
		expect(await runtime.speech(TURN, SPEECH)).toEqual(HEARD);
		await expect(new VoiceRuntime(fixedLocator(proxy), 0).speech(TURN, SPEECH)).rejects.toMatchObject({
			code: 'VOICE_ERR_RUNTIME_UNREACHABLE',
			message: expect.stringMatching(`a proxy answers in its place: HTTP ${status}`),
		});
	});

	test('and whose container has no name meanwhile is asked the same again', async () => {
		const [nameless, back] = [{ url: 'http://no-such-host.invalid:1', key: 'k'.repeat(40) }, await serve(200, HEARD)];
		let times = 0;
		const runtime = new VoiceRuntime({ locate: async () => (++times < 2 ? nameless : back), forget: () => undefined });
		expect(await runtime.speech(TURN, SPEECH)).toEqual(HEARD);
	});

	test('hears that tools run when it is back, however long that takes', async () => {
		const gone = await serve(204, '');
		await new Promise((resolve) => servers[0]?.close(resolve));
		const back = await serve(204, '');
		let times = 0;
		const runtime = new VoiceRuntime({ locate: async () => (++times < 4 ? gone : back), forget: () => undefined }, 0, 0);
		await runtime.toolsRunning(TURN, { executionId: '1', node: 'Llama Chat' }, new AbortController().signal);
		expect(asked).toHaveLength(1);
	});

	test('is not waited for by an execution that is stopped', async () => {
		const gone = await serve(200, HEARD);
		await new Promise((resolve) => servers[0]?.close(resolve));
		const stop = new AbortController();
		const asking = new VoiceRuntime(fixedLocator(gone)).speech(TURN, SPEECH, stop.signal);
		asking.catch(() => undefined);
		setTimeout(() => stop.abort(), 100);
		await expect(asking).rejects.toThrow();
	});
});

test('ids from outside can\'t leave their path', async () => {
	const runtime = new VoiceRuntime(fixedLocator(await serve(204, '')));
	await expect(runtime.exchange('../health', { method: 'DELETE' })).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
	await expect(runtime.turnAudio('../health')).rejects.toThrow();
	expect(asked).toEqual([]);
});
