// Guards against: sentences that a server makes up out of silence, hints it takes for orders, sound sent in a form it
// cannot read, callers mixed up, and a server that hangs or is not stopped.
import path from 'node:path';
import { transcribeSettings } from '../../../contract/agent-settings';
import { packageRoot } from '../../../lib/package-root';
import { createListenEngine } from '../pack/listen-engine';
import type { Recognition, StreamingRecogniser } from '../engine';
import { describeRecogniser } from '../conformance.fixture';
import { noise, silentPcm } from '../speech.fixture';
import { describeFaults, SECRET } from '../../openai-client/fixtures/faults.fixture';
import { FixtureServer } from '../../openai-client/fixtures/fixture-server.fixture';
import { type FixtureEar, type Segment, TRANSCRIPTION_DIALECTS, type TranscriptionDialect, type TranscriptionFields, transcriptionRoutes } from '../../openai-client/fixtures/transcription-routes.fixture';
import { RemoteTranscribe } from './remote-transcribe';

const quiet = { onPartial: () => undefined, onFailed: () => undefined };
const SURE: Segment = { avg_logprob: -0.1, no_speech_prob: 0.02 };

describe.each(TRANSCRIPTION_DIALECTS)('a server that speaks like %s', (dialect) => {
	let server: FixtureServer;
	/** The worker runs from dist/: test/fresh-build.mjs builds it. */
	let brain: StreamingRecogniser;
	const ear: FixtureEar = async (pcm, settings, signal) => {
		const { text, confidence } = await brain.transcribeAll(settings, pcm, signal);
		return { text, segments: [{ avg_logprob: Math.log(Math.max(confidence, 1e-9)), no_speech_prob: text === '' ? 0.9 : 0.1 }] };
	};

	beforeAll(async () => {
		brain = await createListenEngine(path.join(packageRoot(), 'models', 'listen'));
		server = await FixtureServer.start(transcriptionRoutes(dialect, ear));
	});
	afterAll(async () => {
		await server.stop();
		await brain.close();
	});

	describeRecogniser('passes the rules of a recogniser', {
		open: async () => new RemoteTranscribe(server.client({ limits: { firstByteMs: 100_000, stallMs: 100_000 } })),
		sentences: ['book dinner with michael on the twenty first of june at seven in the evening', 'move my dentist appointment to friday at eleven', 'what is on my calendar today'],
		partials: false,
	});
});

describe('what a server hears', () => {
	let server: FixtureServer;
	let asked: TranscriptionFields[];
	let heard: { text: string; segments: readonly Segment[] };
	const start = async (dialect: TranscriptionDialect = 'whisper'): Promise<RemoteTranscribe> => {
		asked = [];
		server = await FixtureServer.start(transcriptionRoutes(dialect, async () => heard, asked));
		return new RemoteTranscribe(server.client());
	};
	const hear = async (engine: RemoteTranscribe, settings = {}, sound = noise(1000, 3000)): Promise<Recognition> => {
		const stream = await engine.open(transcribeSettings.parse(settings), quiet);
		stream.push(sound);
		const recognition = await stream.flush();
		await stream.close();
		return recognition;
	};
	beforeEach(() => {
		heard = { text: 'Thank you.', segments: [SURE] };
	});
	afterEach(async () => await server.stop());

	it.each<[string, string, Segment[], Partial<Recognition>]>([
		['words it is sure of', 'Thank you.', [SURE], { text: 'Thank you.', understood: true, confidence: Math.exp(-0.1) }],
		['words without segments', 'Thank you.', [], { text: 'Thank you.', understood: true, confidence: 1 }],
		['words out of noise', 'Thank you.', [{ avg_logprob: -1.4, no_speech_prob: 0.8 }], { text: '', understood: false, confidence: 0 }],
		['quiet words', 'Thank you.', [{ avg_logprob: -0.3, no_speech_prob: 0.8 }], { text: 'Thank you.', understood: true }],
		['words between noises', 'Thank you.', [{ avg_logprob: -2, no_speech_prob: 0.9 }, SURE], { text: 'Thank you.', understood: true }],
		['no words', ' ... ', [SURE], { text: '', understood: false, confidence: 0 }],
		['music', '♪', [SURE], { text: '', understood: false, confidence: 0 }],
	])('takes %s for what they are', async (_what, text, segments, expected) => {
		heard = { text, segments };
		expect(await hear(await start())).toMatchObject(expected);
	});

	it('is not asked about silence, nor about a click', async () => {
		const engine = await start();
		for (const sound of [silentPcm(0), silentPcm(3000), noise(3000, 60), noise(50, 20_000)]) {
			expect(await hear(engine, {}, sound)).toMatchObject({ text: '', understood: false });
		}
		expect(server.received).toEqual([]);
	});

	it('is asked in its language, with the names to expect, but not how they sound', async () => {
		await hear(await start(), { language: 'de-AT', hints: ['Nguyen=n w ih n', 'Mr. Rivera'] });
		expect(asked).toHaveLength(1);
		expect(asked[0]).toMatchObject({ model: 'whisper-1', language: 'de', prompt: 'Nguyen, Mr. Rivera', response_format: 'verbose_json' });
	});

	it('is asked without a language where it takes none, and says so', async () => {
		const engine = await start();
		expect(engine.languages).toBe(undefined);
		server.next({ kind: 'status', status: 400, body: JSON.stringify({ error: { message: 'language: extra fields not permitted' } }) });
		expect(await hear(engine, { language: 'de' })).toMatchObject({ text: 'Thank you.' });
		expect(engine.languages).toBe('unknown');
	});

	it('gives no orders to llama-server, which would take names for them', async () => {
		await hear(await start('llama-server'), { hints: ['Rivera'] });
		expect(asked.map(({ prompt }) => prompt)).toEqual(['', '']);
	});

	it('is asked for less only until it is known that it cannot give more', async () => {
		const engine = await start('vllm');
		expect(await hear(engine)).toMatchObject({ text: 'Thank you.', confidence: 1 });
		await hear(engine);
		expect(asked.map(({ response_format: format }) => format)).toEqual(['verbose_json', 'json', 'json']);
	});

	it('is asked once about the same sound', async () => {
		const engine = await start();
		const stream = await engine.open(transcribeSettings.parse({}), quiet);
		stream.push(noise(1000, 3000));
		await Promise.all([stream.flush(), stream.flush()]);
		await stream.flush();
		expect(asked).toHaveLength(1);
		stream.push(noise(20, 3000));
		await stream.flush();
		expect(asked).toHaveLength(2);
		await stream.close();
	});

	it('is asked again after it failed', async () => {
		const engine = await start();
		const stream = await engine.open(transcribeSettings.parse({}), quiet);
		stream.push(noise(1000, 3000));
		server.next({ kind: 'status', status: 500 });
		await expect(stream.flush()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(await stream.flush()).toMatchObject({ text: 'Thank you.' });
		await stream.close();
	});

	it('may be long: of an utterance without end the last two minutes are kept', async () => {
		const engine = await start();
		const stream = await engine.open(transcribeSettings.parse({}), quiet);
		for (let second = 0; second < 150; second++) stream.push(noise(1000, 3000));
		await stream.flush();
		expect(asked[0]?.file.size).toBeLessThanOrEqual(44 + 121 * 32_000);
		expect(asked[0]?.file.size).toBeGreaterThan(119 * 32_000);
		await stream.close();
	});

	it.each([
		['no JSON', 'text/plain', 'Thank you.'],
		['another shape', 'application/json', '{"words": []}'],
	])('is not believed where it is %s', async (_what, contentType, body) => {
		const engine = await start();
		server.next({ kind: 'instead', contentType, body: [body] });
		await expect(hear(engine)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringContaining('does not follow OpenAI\'s API') });
	});
});

describeFaults('transcription', {
	routes: transcriptionRoutes('whisper', async () => ({ text: 'hello', segments: [SURE] })),
	open: async (client) => {
		const engine = new RemoteTranscribe(client);
		// A hint is something that was said, too.
		const settings = transcribeSettings.parse({ hints: [SECRET] });
		await engine.transcribeAll(settings, noise(1000, 3000));
		return async (signal) => await engine.transcribeAll(settings, noise(1000, 3000), signal);
	},
	streams: false,
	half: 1,
	contentType: 'application/json',
});
