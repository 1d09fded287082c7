// Guards against: a server that is probed at every turn or never again, keys and addresses that workflows need to know, and
// a name that leads to another server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { speakSettings, transcribeSettings } from '../../contract/agent-settings';
import { joinPcm } from '../../audio/pcm';
import { chatSettings } from '../../contract/chat';
import { serverNamed } from '../../contract/engines';
import { scriptedFrames } from '../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../fixtures/snac-onnx.fixture';
import { SnacDecoder } from '../speech/orpheus/snac/snac-decoder';
import { splitOf } from '../speech/orpheus/snac/split';
import { FRAME_SAMPLES } from '../speech/orpheus/snac/snac-model';
import { chatRoutes } from '../openai-client/fixtures/chat-routes.fixture';
import { audioNumbers, completionsRoutes, type HeardAsk } from '../openai-client/fixtures/completions-routes.fixture';
import { FixtureServer, type Routes } from '../openai-client/fixtures/fixture-server.fixture';
import { speechRoutes } from '../openai-client/fixtures/speech-routes.fixture';
import { transcriptionRoutes } from '../openai-client/fixtures/transcription-routes.fixture';
import { noise } from '../recognition/speech.fixture';
import type { VoiceEngine } from '../speech/engine';
import { Servers } from './servers';
import { serversFile } from './servers-file';

const KEY = 'sk-a-secret-key-0123456789';
const never = new AbortController().signal;
const settings = speakSettings.parse({ orpheus: { temperature: 0.7, decoder: '/models/snac.onnx' } });
async function noSnac(): Promise<never> {
	throw new Error('not needed');
}
async function speak(voice: VoiceEngine, name = ''): Promise<Int16Array> {
	const sounds: Int16Array[] = [];
	for await (const { pcm } of voice.speak('Hello.', { voice: name, speed: 1 }, never)) sounds.push(pcm);
	return joinPcm(sounds);
}
function serversOf(entries: unknown, environment = {}): Servers {
	return new Servers(serversFile.parse(entries), environment);
}

let server: FixtureServer;
async function start(routes: Routes): Promise<string> {
	server = await FixtureServer.start(routes);
	return server.url;
}
afterEach(async () => await server.stop());

describe('a server that answers', () => {
	const reply = async (): Promise<Awaited<ReturnType<Parameters<typeof chatRoutes>[1]>>> => ({
		text: '',
		toolCalls: [],
		stopReason: 'end',
		usage: { promptTokens: 1, reusedTokens: 0, completionTokens: 1 },
		ttftMs: 0,
		durationMs: 0,
	});
	const ask = async (servers: Servers): Promise<unknown> =>
		await servers
			.chat('gpu')
			.chat({ conversation: '', settings: chatSettings.parse({ model: 'server:gpu' }), messages: [{ role: 'user', content: 'Hi' }], tools: [] }, { onText: () => undefined, onTokens: () => undefined }, never);

	it('is asked for its model once, with its key', async () => {
		const baseUrl = await start(chatRoutes('vllm', reply));
		const servers = serversOf({ gpu: { baseUrl, apiKey: KEY, chat: {} } });
		await ask(servers);
		await ask(servers);
		expect(server.paths()).toEqual(['/v1/models', '/v1/chat/completions', '/v1/chat/completions']);
		expect(server.received.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
		expect(server.received.at(-1)?.json).toMatchObject({ model: 'the-model' });
	});

	it('gets its key from a variable, and says which one is not set', async () => {
		const entries = { gpu: { baseUrl: await start(chatRoutes('vllm', reply)), apiKeyEnv: 'GPU_KEY', chat: { model: 'mine' } } };
		await ask(serversOf(entries, { GPU_KEY: KEY }));
		expect(server.received.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
		expect(server.received.at(-1)?.json).toMatchObject({ model: 'mine' });
		expect(() => serversOf(entries).chat('gpu')).toThrow(/GPU_KEY, which is not set/);
	});
});

describe('a server that writes Orpheus\'s tokens', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-servers-'));
	const decoder = new SnacDecoder(path.join(folder, 'snac.onnx'), splitOf(1));
	beforeAll(() => writeSnac(path.join(folder, 'snac.onnx'), SMALL_SNAC));
	afterAll(async () => {
		await decoder.close();
		rmSync(folder, { recursive: true });
	});

	it('speaks with this machine\'s SNAC, as the settings say, and is probed once', async () => {
		const heard: HeardAsk[] = [];
		const baseUrl = await start(completionsRoutes({ dialect: 'llama-server', script: [{ when: '', written: audioNumbers(scriptedFrames(0, 10)) }] }, heard));
		const servers = serversOf({ gpu: { baseUrl, speak: { kind: 'orpheus-tokens', voices: ['pierre', 'my grandmother'] } } });
		const opened: string[] = [];
		const snacFor = async (name: string): Promise<SnacDecoder> => {
			opened.push(name);
			return decoder;
		};
		expect(await speak(await servers.voice('gpu', settings, snacFor))).toHaveLength(10 * FRAME_SAMPLES);
		expect(await speak(await servers.voice('gpu', settings, snacFor), 'my grandmother')).toHaveLength(10 * FRAME_SAMPLES);
		expect(opened).toEqual(['/models/snac.onnx', '/models/snac.onnx']);
		expect(server.paths()).toEqual(['/v1/models', ...Array<string>(3).fill('/v1/completions')]);
		expect(heard.slice(1)).toEqual([
			{ text: 'pierre: Hello.', temperature: 0.7, topP: 0.9, topK: 40, penalty: 1.1, maxTokens: expect.any(Number) },
			{ text: 'my grandmother: Hello.', temperature: 0.7, topP: 0.9, topK: 40, penalty: 1.1, maxTokens: expect.any(Number) },
		]);
		await expect(speak(await servers.voice('gpu', settings, snacFor), 'tara')).rejects.toMatchObject({
			code: 'VOICE_ERR_VOICE_UNKNOWN',
			message: expect.stringContaining('pierre, my grandmother'),
		});
		const [choice] = (await servers.choices()).speak;
		expect(choice?.voices.map(({ value }) => value)).toEqual(['pierre', 'my grandmother']);
	});
});

describe('a server that speaks', () => {
	const tone = async (): Promise<Int16Array> => new Int16Array(24_000).fill(5000);

	it('is asked for its voices once, and once more after it was down', async () => {
		const baseUrl = await start(speechRoutes({ speak: tone, sampleRate: 24_000, voices: { voices: ['ann'] } }));
		const servers = serversOf({ box: { baseUrl, speak: { kind: 'speech', model: 'tts-1' } } });
		server.next({ kind: 'status', status: 504 });
		await expect(servers.voice('box', settings, noSnac)).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
		for (let turn = 0; turn < 2; turn++) expect(await speak(await servers.voice('box', settings, noSnac))).toHaveLength(24_000);
		expect(server.paths()).toEqual(['/v1/audio/voices', '/v1/audio/voices', '/v1/audio/speech', '/v1/audio/speech']);
		expect((await servers.choices()).speak).toEqual([
			{ value: 'server:box', name: 'Server: box', description: `${new URL(baseUrl).host}, tts-1`, voices: [{ value: 'ann', name: 'ann' }] },
		]);
	});

	it('keeps no drop-down waiting', async () => {
		const baseUrl = await start(speechRoutes({ speak: tone, sampleRate: 24_000, voices: { voices: ['ann'] } }));
		server.next({ kind: 'silent' });
		const servers = serversOf({ box: { baseUrl, speak: { kind: 'speech', voices: ['bob'] } } });
		expect((await servers.choices()).speak[0]?.voices).toEqual([{ value: 'bob', name: 'bob' }]);
	});
});

it('opens a recogniser once, and says at once that its server is down', async () => {
	const baseUrl = await start(transcriptionRoutes('whisper', async () => ({ text: 'hello', segments: [] })));
	const servers = serversOf({ ear: { baseUrl, transcribe: { model: 'whisper-1' } }, down: { baseUrl: 'http://127.0.0.1:1', transcribe: {} } });
	const recogniser = await servers.recogniser('ear');
	expect(await servers.recogniser('ear')).toBe(recogniser);
	expect(await recogniser.transcribeAll(transcribeSettings.parse({}), noise(1000, 3000))).toMatchObject({ text: 'hello' });
	expect(server.paths()).toEqual(['/v1/models', '/v1/audio/transcriptions']);
	await expect(servers.recogniser('down')).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});

it('is connected to before it is needed, and asked for nothing that costs unless it may be', async () => {
	const routes = {
		...chatRoutes('vllm', async () => ({ text: 'Good day.', toolCalls: [], stopReason: 'end', usage: { promptTokens: 1, reusedTokens: 0, completionTokens: 1 }, ttftMs: 0, durationMs: 0 })),
		...speechRoutes({ speak: async () => new Int16Array(24_000).fill(5000), sampleRate: 24_000, voices: { voices: ['ann'] } }),
		...transcriptionRoutes('whisper', async () => ({ text: 'hello', segments: [] })),
	};
	const entry = { chat: { model: 'm' }, transcribe: { model: 'm' }, speak: { kind: 'speech', model: 'm' } };
	const warm = async (warmUp: boolean): Promise<Servers> => {
		const servers = serversOf({ box: { baseUrl: await start(routes), warmUp, ...entry } });
		for (let call = 0; call < 2; call++) {
			await servers.chat('box').warm(chatSettings.parse({}));
			await (await servers.voice('box', settings, noSnac)).warm('');
			await (await servers.recogniser('box')).warm?.();
		}
		return servers;
	};
	await warm(true);
	expect(server.received.map(({ method }) => method)).toContain('POST');
	const servers = await warm(false);
	expect(server.received.map(({ method }) => method)).not.toContain('POST');
	const { connections } = server;
	await servers.chat('box').chat({ conversation: '', settings: chatSettings.parse({}), messages: [{ role: 'user', content: 'Hello' }], tools: [] }, { onText: () => undefined, onTokens: () => undefined }, never);
	expect(server.connections).toBe(connections);
});

/** Why something is not there. */
function refusal(ask: () => unknown): unknown {
	try {
		return ask();
	} catch (error) {
		return error;
	}
}

describe('names', () => {
	const entries = { gpu: { baseUrl: 'http://gpu:8000', chat: { model: 'llama' } }, ear: { baseUrl: 'http://ear/v1', transcribe: {} } };
	beforeEach(async () => {
		await start({});
	});

	it('are those of the configuration, with what to do about others', async () => {
		const servers = serversOf(entries);
		expect(refusal(() => servers.chat('cpu'))).toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: 'There is no server "cpu". Configured: gpu, ear.',
			remedy: expect.stringContaining('VOICE_LOOP_SERVERS'),
		});
		expect(() => servers.chat('constructor')).toThrow(/no server/);
		expect(refusal(() => servers.chat('ear'))).toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: 'The server "ear" is not configured for "chat", only for "transcribe".',
		});
		await expect(servers.voice('gpu', settings, noSnac)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		await expect(servers.recogniser('gpu')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		expect(await servers.choices()).toEqual({
			chat: [{ value: 'server:gpu', name: 'Server: gpu', description: 'gpu:8000, llama' }],
			transcribe: [{ value: 'server:ear', name: 'Server: ear', description: 'ear' }],
			speak: [],
		});
	});

	it('may stand for several servers, which share what each of them is there for', async () => {
		const speak = { kind: 'orpheus-tokens', voices: ['tara', 'leo'] };
		const servers = serversOf({
			a: { baseUrl: 'http://a', speak, chat: {} },
			b: { baseUrl: 'http://b', speak: { ...speak, voices: ['zoe', 'leo'] } },
			cloud: { baseUrl: 'http://cloud', standby: true, speak, chat: {} },
			ear: { baseUrl: 'http://ear', transcribe: {} },
			all: { servers: ['cloud', 'a', 'b'] },
		});
		expect(servers.links('speak', 'server:all', '')).toEqual([
			{ name: 'server:a', shares: 'server:all' },
			{ name: 'server:b', shares: 'server:all' },
			{ name: 'server:cloud' },
		]);
		expect(servers.links('chat', 'server:all', '')).toEqual([{ name: 'server:a', shares: 'server:all' }, { name: 'server:cloud' }]);
		for (const other of ['server:nobody', 'auto', 'kokoro', '/a/path']) expect(servers.links('speak', other, '')).toEqual([{ name: other }]);
		const { speak: voices, chat, transcribe } = await servers.choices();
		expect(voices.find(({ value }) => value === 'server:all')).toEqual({ value: 'server:all', name: 'Servers: all', description: 'cloud, a, b', voices: [{ value: 'leo', name: 'Leo (English)' }] });
		expect(chat.map(({ value }) => value)).toEqual(['server:all', 'server:a', 'server:cloud']);
		expect(transcribe.map(({ value }) => value)).toEqual(['server:ear']);
		await expect(servers.recogniser('all')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('cloud, a, b') });
	});

	it('of servers that sound the same share the work, of others never', () => {
		const tokens = { kind: 'orpheus-tokens', model: 'orpheus' };
		const speech = { kind: 'speech', model: 'kokoro' };
		const servers = serversOf({
			a: { baseUrl: 'http://a', speak: tokens },
			b: { baseUrl: 'http://b', apiKey: KEY, speak: tokens },
			cold: { baseUrl: 'http://c', standby: true, speak: tokens },
			french: { baseUrl: 'http://f', speak: { ...tokens, voices: ['pierre'] } },
			box: { baseUrl: 'http://x', speak: speech },
			crate: { baseUrl: 'http://y', speak: speech },
			any: { baseUrl: 'http://z', speak: { kind: 'speech' } },
			more: { baseUrl: 'http://w', speak: { kind: 'speech' }, chat: {} },
			mind: { baseUrl: 'http://m', chat: {} },
		});
		const shares = (name: string, voice = ''): string | undefined => servers.links('speak', `server:${name}`, voice)[0]?.shares;
		expect(shares('a')).toBeDefined();
		expect(shares('b')).toBe(shares('a'));
		expect(shares('b', 'leo')).not.toBe(shares('a'));
		expect(shares('french')).not.toBe(shares('a'));
		expect(shares('cold')).toBeUndefined();
		expect(shares('crate', 'ann')).toBe(shares('box', 'ann'));
		// Whose default voice, and whose first model, that is nobody knows.
		for (const unknown of [shares('box'), shares('any', 'ann'), shares('mind')]) expect(unknown).toBeUndefined();
		// A model that answers differs from the next in more than its server.
		for (const stage of ['chat', 'transcribe'] as const) expect(servers.links(stage, 'server:more', '')).toEqual([{ name: 'server:more' }]);
	});

	it('begin with server:', () => {
		expect(['server:gpu', 'gpu', '/models/server:gpu', 'flite', 'server:'].map(serverNamed)).toEqual(['gpu', undefined, undefined, undefined, '']);
	});

	it('are none where none are configured, and a broken file is told to who asks for one', async () => {
		expect(() => Servers.configured({}).chat('gpu')).toThrow(/Configured: none/);
		const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-servers-'));
		const file = path.join(folder, 'servers.json');
		writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
		expect((await Servers.configured({ VOICE_LOOP_SERVERS: file }).choices()).chat).toHaveLength(1);
		writeFileSync(file, '{');
		const broken = Servers.configured({ VOICE_LOOP_SERVERS: file });
		expect(refusal(() => broken.chat('gpu'))).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(file) });
		expect(await broken.choices()).toEqual({ chat: [], transcribe: [], speak: [] });
		rmSync(folder, { recursive: true });
	});
});
