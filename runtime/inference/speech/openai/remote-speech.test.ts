// Guards against: a server's sound played at a wrong rate, as noise, cut at odd bytes, or with silence around it; a
// server that hangs, is not stopped, or says nothing and is believed.
import path from 'node:path';
import { joinPcm } from '../../../audio/pcm';
import { encodeWav } from '../../../audio/wav';
import { packageRoot } from '../../../lib/package-root';
import { describeVoice } from '../conformance.fixture';
import { FlitePool } from '../flite/flite-pool';
import { FliteVoice } from '../flite/flite-voice';
import type { Sound, VoiceEngine } from '../engine';
import { describeFaults, SECRET } from '../../openai-client/fixtures/faults.fixture';
import { FixtureServer } from '../../openai-client/fixtures/fixture-server.fixture';
import { speechRoutes, type SpeechServer, type Speaking } from '../../openai-client/fixtures/speech-routes.fixture';
import { openRemoteSpeech, remoteSpeechSettings } from './remote-speech';

const never = new AbortController().signal;
// A worker runs compiled code: test/fresh-build.mjs builds it.
const flite = new FliteVoice(new FlitePool(1, path.join(packageRoot(), 'dist/runtime/inference/speech/flite/flite-worker.js')));
const VOICES = flite.voices.map(({ value }) => value);

/** With 200 ms of silence before and 500 ms after it. */
const fliteSpeaks: Speaking = async (text, voice) => {
	const sounds: Int16Array[] = [];
	for await (const { pcm } of flite.speak(text, { voice, speed: 1 }, never)) sounds.push(pcm);
	return joinPcm([new Int16Array(3200), ...sounds, new Int16Array(8000)]);
};

/** 440 Hz for a second. */
function tone(sampleRate: number): Int16Array {
	return Int16Array.from({ length: sampleRate }, (_, at) => Math.round(10_000 * Math.sin((2 * Math.PI * 440 * at) / sampleRate)));
}

let server: FixtureServer | undefined;
afterEach(async () => {
	await server?.stop();
	server = undefined;
});

async function start(settings: Partial<SpeechServer> = {}): Promise<FixtureServer> {
	const sampleRate = settings.sampleRate ?? 24_000;
	server = await FixtureServer.start(speechRoutes({ speak: async () => tone(sampleRate), sampleRate, voices: { voices: ['ann', 'bob'] }, ...settings }));
	return server;
}
async function open(settings: Partial<SpeechServer> = {}, ours = {}): Promise<VoiceEngine> {
	return await openRemoteSpeech((await start(settings)).client({ warmUp: true, limits: { stallMs: 2000 } }), remoteSpeechSettings.parse(ours), never);
}
async function speak(voice: VoiceEngine, text = 'Hello.', speed = 1): Promise<Int16Array> {
	const sounds: Sound[] = [];
	for await (const sound of voice.speak(text, { voice: '', speed }, never)) sounds.push(sound);
	for (const { sampleRate } of sounds) expect(sampleRate).toBe(voice.sampleRate);
	return joinPcm(sounds.map(({ pcm }) => pcm));
}
/** Hz, by its passages upwards through zero. */
function pitch(pcm: Int16Array, sampleRate: number): number {
	const passages = pcm.filter((sample, at) => at > 0 && sample >= 0 && pcm[at - 1]! < 0).length;
	return (passages * sampleRate) / pcm.length;
}

describe.each(['pcm', 'wav', 'streamed-wav'] as const)('a server that answers %s', (answers) => {
	let speaking: FixtureServer;
	beforeAll(async () => {
		speaking = await FixtureServer.start(speechRoutes({ speak: fliteSpeaks, sampleRate: 16_000, answers, voices: { voices: VOICES } }));
	});
	afterAll(async () => await speaking.stop());

	describeVoice(
		'passes the rules of a voice',
		async () => await openRemoteSpeech(speaking.client({ limits: { firstByteMs: 100_000 } }), remoteSpeechSettings.parse({ sampleRate: 16_000 }), never),
	);
});

it.each([
	[8000, 8000],
	[12_000, 16_000],
	[22_050, 22_050],
	[24_000, 24_000],
	[32_000, 44_100],
	[44_100, 44_100],
	[48_000, 48_000],
])('keeps pitch and length of sound at %i Hz, as %i Hz', async (sampleRate, ours) => {
	const voice = await open({ sampleRate }, { sampleRate });
	expect(voice.sampleRate).toBe(ours);
	const sound = await speak(voice);
	expect(Math.abs(sound.length - ours)).toBeLessThan(0.01 * ours);
	expect(pitch(sound, ours)).toBeCloseTo(440, -1);
});

it('believes a WAV header and a content type more than its settings', async () => {
	const wav = await open({ sampleRate: 48_000, answers: 'wav' });
	expect(pitch(await speak(wav), 24_000)).toBeCloseTo(440, -1);
	await server?.stop();
	const named = await open({ sampleRate: 16_000, contentType: 'audio/L16;rate=16000;channels=1' });
	const sound = await speak(named);
	expect(pitch(sound, 24_000)).toBeCloseTo(440, -1);
	expect(Math.abs(sound.length - 24_000)).toBeLessThan(240);
});

it.each([1, 3, 43, 1001])('reads samples out of pieces of %i bytes', async (piece) => {
	const short = async (): Promise<Int16Array> => tone(24_000).subarray(0, 2400);
	for (const answers of ['pcm', 'wav'] as const) {
		const sound = await speak(await open({ piece, answers, speak: short }));
		// Less the silent sample at the beginning.
		expect(sound.subarray(0, 2000)).toEqual((await short()).subarray(0, 2000));
		await server?.stop();
	}
});

it('gives its first sound before the server has made the last', async () => {
	const voice = await open();
	server?.next({ kind: 'stall', after: 5 });
	const sounds = voice.speak('Hello.', { voice: '', speed: 1 }, never)[Symbol.asyncIterator]();
	expect((await sounds.next()).done).toBe(false);
	await sounds.return?.(undefined);
	const { left } = server!;
	if (left === 0) await server?.until(() => server!.left > 0);
});

it('asks OpenAI\'s own server as that wants it, and after the first time at once', async () => {
	const voice = await open({ strict: true, voices: undefined }, { voices: ['alloy'] });
	await speak(voice);
	await speak(voice);
	expect(server?.paths()).toEqual(['/v1/audio/voices', '/v1/models', ...Array<string>(3).fill('/v1/audio/speech')]);
	expect(server?.received.at(-1)?.json).toEqual({ model: 'tts-1', input: 'Hello.', voice: 'alloy', response_format: 'pcm' });
});

it.each<[string, unknown]>([
	['names', { voices: ['ann', 'bob'] }],
	['ids and names', { voices: [{ id: 'ann', name: 'Ann' }, { id: 'bob' }] }],
	['voice ids', { voices: [{ voice_id: 'ann' }, { voice_id: 'bob' }] }],
	['a list of data', { data: [{ name: 'ann' }, { name: 'bob' }] }],
])('knows the voices that a server tells as %s', async (_how, voices) => {
	expect((await open({ voices })).voices.map(({ value }) => value)).toEqual(['ann', 'bob']);
});

it.each<[string, unknown]>([['has no such page', undefined], ['names none', { voices: [] }], ['says something else', { hello: 1 }]])(
	'takes the configured voices where the server %s, and says what to do where there are none',
	async (_why, voices) => {
		expect((await open({ voices }, { voices: ['carl'] })).voices).toEqual([{ value: 'carl', name: 'carl' }]);
		await server?.stop();
		await expect(open({ voices })).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', remedy: expect.stringContaining('settings') });
	},
);

it('does not take a server that is down for one without voices', async () => {
	const gone = (await start()).client();
	await server?.stop();
	server = undefined;
	await expect(openRemoteSpeech(gone, remoteSpeechSettings.parse({}), never)).rejects.toMatchObject({
		code: 'VOICE_ERR_ENGINE_UNREACHABLE',
		message: expect.stringContaining('nothing is listening there'),
	});
});

it.each<[string, string, Array<string | Uint8Array>, string, RegExp]>([
	['compressed sound', 'audio/mpeg', ['ID3...'], 'VOICE_ERR_MODEL_FAILED', /sent audio\/mpeg although PCM/],
	['an error in JSON', 'application/json', ['{"error":{"message":"no voice for: Hello."}}'], 'VOICE_ERR_MODEL_FAILED', /no voice for: …/],
	['words', 'text/plain', ['oops'], 'VOICE_ERR_MODEL_FAILED', /text\/plain instead of audio/],
	['nothing', 'audio/pcm', [], 'VOICE_ERR_MODEL_FAILED', /no audio/],
	['a WAV file of 8 bit', 'audio/wav', [wavOf((file) => { file.writeUInt16LE(8, 34); file.writeUInt16LE(1, 32); })], 'VOICE_ERR_BAD_AUDIO', /8-bit/],
	['half a WAV header', 'audio/wav', [wavOf(() => undefined).subarray(0, 30)], 'VOICE_ERR_BAD_AUDIO', /WAV/],
	['more sound than anybody says', 'audio/pcm', Array<Uint8Array>(400).fill(Buffer.alloc(100_000, 7)), 'VOICE_ERR_MODEL_FAILED', /more than 5 minutes/],
])('does not play %s', async (_what, contentType, body, code, message) => {
	const voice = await open();
	server?.next({ kind: 'instead', contentType, body });
	await expect(speak(voice)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	expect((await speak(voice)).length).toBeGreaterThan(20_000);
});

function wavOf(change: (file: Buffer) => void): Buffer {
	const file = encodeWav([tone(24_000)], 24_000);
	change(file);
	return file;
}

it('plays sound of a kind that nobody named', async () => {
	const voice = await open({ contentType: 'application/octet-stream' });
	expect((await speak(voice)).length).toBeGreaterThan(23_000);
});

describeFaults('speech', {
	routes: speechRoutes({ speak: async () => tone(24_000), sampleRate: 24_000, voices: { voices: ['ann'] } }),
	open: async (client) => {
		const voice = await openRemoteSpeech(client, remoteSpeechSettings.parse({}), never);
		await voice.warm('');
		return async (signal, onPart) => {
			for await (const { pcm } of voice.speak(SECRET, { voice: '', speed: 1 }, signal)) if (pcm.length > 0) onPart();
		};
	},
	streams: true,
	half: 4,
	contentType: 'audio/pcm',
});
