// Guards against: work that goes on for a client that has gone, settings that are ignored, and a failure of inference that comes without its code.
import http from 'node:http';
import { encodeWav, parseWav } from '../../audio/wav';
import { VoiceError } from '../../contract/errors';
import { AUTHORIZED, HttpDoor } from './http-door.fixture';

const DONE_BY = { engine: 'pack:listen', replaced: [] };
const HEARD = { text: 'hello', understood: true, confidence: 1, durationMs: 1000, computeMs: 10, ...DONE_BY };
const USAGE = { promptTokens: 1, reusedTokens: 0, completionTokens: 2 };
const REPLY = { text: 'Hi.', toolCalls: [], stopReason: 'end', usage: USAGE, ttftMs: 1, durationMs: 2, ...DONE_BY };
const CHAT = { chat: {}, messages: [{ role: 'user', content: 'hello' }] };
const SPEECH = { text: 'One. Two.', speak: {} };
const wav = encodeWav([new Int16Array(1600)], 16_000);

let door: HttpDoor;
beforeEach(async () => {
	door = await HttpDoor.open();
});
afterEach(async () => await door.close());

const transcribe = async (body: Buffer | string | object | undefined, type = 'audio/wav', query = '') =>
	await door.askWithKey('POST', `/v1/transcriptions${query}`, body, { 'content-type': type });

describe('a recording', () => {
	it.each(['audio/wav', 'audio/x-wav', 'audio/wave', 'application/octet-stream'])('sent as %s is recognised with the settings', async (type) => {
		door.whenAsked = (call) => call.resolve(HEARD);
		const response = await transcribe(wav, type, `?settings=${encodeURIComponent('{"model":"pack:other"}')}`);
		expect(response.status).toBe(200);
		expect(response.json()).toEqual(HEARD);
		expect(door.asked).toMatchObject([{ op: 'transcribe', params: { settings: { model: 'pack:other' } } }]);
	});

	it('goes to inference with who answers it, and a prompt with who heard it: auto is chosen for both', async () => {
		door.whenAsked = (call) => call.resolve(HEARD);
		const query = new URLSearchParams({ settings: '{"model":"auto"}', answeredBy: '{"chat":{"model":"server:brain"},"llamaChat":true}' });
		await transcribe(wav, 'audio/wav', `?${query.toString()}`);
		await transcribe(wav);
		expect(door.asked.map(({ params }) => params.call)).toMatchObject([
			{ id: '', transcribe: { model: 'auto' }, chat: { model: 'server:brain' }, llamaChat: true },
			{ id: '', transcribe: { model: 'auto' }, chat: null, llamaChat: false },
		]);
		await door.askWithKey('POST', '/v1/chat', { chat: {}, messages: [{ role: 'user', content: 'hello' }], transcribe: { model: 'server:ear' } });
		expect(door.asked.at(-1)?.params.call).toMatchObject({ id: '', transcribe: { model: 'server:ear' }, chat: { model: 'auto' }, llamaChat: true });
		expect((await transcribe(wav, 'audio/wav', '?answeredBy=x')).status).toBe(400);
	});

	it('of 50 s crosses to inference in pieces of 20 s', async () => {
		door.whenAsked = (call) => call.resolve(HEARD);
		expect((await transcribe(encodeWav([new Int16Array(50 * 16_000)], 16_000))).status).toBe(200);
		expect((door.asked[0]?.params.pcm as Int16Array[]).map(({ length }) => length)).toEqual([320_000, 320_000, 160_000]);
	});

	it.each([
		['JSON', 'application/json', '{}'],
		['text', 'text/plain', 'hello'],
		['a picture', 'image/png', Buffer.alloc(10)],
		['nothing', 'audio/wav', undefined],
		['something else than WAV', 'audio/wav', Buffer.from('not a sound')],
	])('that is %s is refused', async (_what, type, body) => {
		const response = await transcribe(body, type);
		expect(response.status).toBe(400);
		expect(response.json()).toMatchObject({ error: { code: expect.stringMatching(/^VOICE_ERR_BAD_(AUDIO|REQUEST)$/) } });
		expect(door.asked).toEqual([]);
	});

	it.each(['{', '{"model":7}', '[]'])('with the settings %s is refused, and the message names them', async (settings) => {
		const response = await transcribe(wav, 'audio/wav', `?settings=${encodeURIComponent(settings)}`);
		expect(response.status).toBe(400);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(/^settings(\.model)?: /) } });
	});
});

describe('a prompt', () => {
	it('is answered without a conversation to remember', async () => {
		door.whenAsked = (call) => call.resolve(REPLY);
		const response = await door.askWithKey('POST', '/v1/chat', CHAT);
		expect(response.json()).toEqual(REPLY);
		expect(door.asked[0]).toMatchObject({ op: 'chat', params: { conversation: '', messages: [{ role: 'user', content: 'hello' }], tools: [] } });
	});

	it.each([{}, { ...CHAT, messages: [] }, { ...CHAT, messages: [{ role: 'nobody', content: '' }] }, { ...CHAT, tools: 'all' }])('like %j is refused', async (body) => {
		expect((await door.askWithKey('POST', '/v1/chat', body)).status).toBe(400);
		expect(door.asked).toEqual([]);
	});
});

describe('a text', () => {
	it('is spoken sentence by sentence into one WAV file, and the header says by whom', async () => {
		door.whenAsked = (call) => {
			call.emit({ type: 'doneBy', engine: 'flite', replaced: [] });
			call.emit({ type: 'audio', piece: 0, pcm: new Int16Array([1, 2]), sampleRate: 24_000 });
			call.emit({ type: 'audio', piece: 1, pcm: new Int16Array([3]), sampleRate: 24_000 });
			call.resolve({ samples: 3, sampleRate: 24_000 });
		};
		const response = await door.askWithKey('POST', '/v1/speech', SPEECH);
		expect(response.headers['content-type']).toBe('audio/wav');
		expect(JSON.parse(Buffer.from(String(response.headers['x-voice-done-by']), 'base64url').toString())).toEqual({ engine: 'flite', replaced: [] });
		const { format, data } = parseWav(response.body);
		expect([format.sampleRate, ...data]).toEqual([24_000, 1, 0, 2, 0, 3, 0]);
		expect(door.asked[0]?.inputs).toEqual([
			{ type: 'piece', piece: 0, text: 'One.' },
			{ type: 'piece', piece: 1, text: 'Two.' },
			{ type: 'end' },
		]);
	});

	it('with nothing to say in it is an error, not a silent file', async () => {
		door.whenAsked = (call) => call.resolve({ samples: 0, sampleRate: 0 });
		const response = await door.askWithKey('POST', '/v1/speech', { ...SPEECH, text: '***' });
		expect(response.status).toBe(422);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_NOTHING_TO_SAY' } });
	});

	it.each([
		['nothing', {}],
		['no words', { ...SPEECH, text: '' }],
		['too many', { ...SPEECH, text: 'x'.repeat(20_001) }],
		['no voice', { text: 'hi' }],
	])('with %s is refused', async (_what, body) => {
		expect((await door.askWithKey('POST', '/v1/speech', body)).status).toBe(400);
	});
});

it('the engines are those that inference knows', async () => {
	const engines = { transcribe: [], chat: [], speak: [], orpheus: [], decoder: [] };
	door.whenAsked = (call) => call.resolve(engines);
	expect((await door.askWithKey('GET', '/v1/engines')).json()).toEqual(engines);
});

describe.each([
	['/v1/transcriptions', wav, 'audio/wav'],
	['/v1/chat', JSON.stringify(CHAT), 'application/json'],
	['/v1/speech', JSON.stringify(SPEECH), 'application/json'],
	['/v1/engines', undefined, undefined],
])('%s', (path, body, type) => {
	const method = body === undefined ? 'GET' : 'POST';
	const headers = type === undefined ? {} : { 'content-type': type };

	/** A client that will go away. */
	function client(): http.ClientRequest {
		const request = http.request({ port: door.port, method, path, headers: { ...AUTHORIZED, ...headers } });
		request.once('error', () => undefined).end(body);
		return request;
	}

	it.each(['VOICE_ERR_MODEL_MISSING', 'VOICE_ERR_TOO_SLOW', 'VOICE_ERR_INFERENCE_LOST'] as const)('passes %s of inference on', async (code) => {
		const error = new VoiceError(code, 'It did not work.');
		door.whenAsked = (call) => call.reject(error);
		const response = await door.askWithKey(method, path, body, headers);
		expect(response.status).toBe(error.status);
		expect(response.json()).toEqual({ error: error.toShape() });
	});

	it('says that the runtime is stopping', async () => {
		door.ready = async () => await Promise.reject(new VoiceError('VOICE_ERR_STOPPING', 'Shutting down.'));
		expect((await door.askWithKey(method, path, body, headers)).status).toBe(503);
	});

	it('stops the work when the client goes', async () => {
		const asked = new Promise<void>((resolve) => (door.whenAsked = () => resolve()));
		const request = client();
		await asked;
		request.destroy();
		while (!door.asked[0]?.cancelled) await new Promise(setImmediate);
		door.asked[0].reject(new VoiceError('VOICE_ERR_CANCELLED', 'Cancelled.'));
	});

	it('asks for nothing when the client went while inference was being started', async () => {
		let started = (): void => undefined;
		const waits = new Promise<void>((resolve) => {
			door.ready = async () => {
				resolve();
				await new Promise<void>((done) => (started = done));
			};
		});
		const request = client();
		await waits;
		const left = new Promise((resolve) => door.app.server.once('connection', resolve));
		request.destroy();
		// By the time that another client is answered the server knows that the first has gone.
		await Promise.all([left, door.askWithKey('GET', '/v1/health')]);
		started();
		await new Promise(setImmediate);
		expect(door.asked).toEqual([]);
	});
});
