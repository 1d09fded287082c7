// Guards against: a Whisper that users bring and that repeats short answers, makes words of noise, loses what is said
// after half a minute, or hears another language than the node's. The weights are real, and so is the voice.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { UtteranceEngine } from '../../runtime/inference/recognition/utterances/utterance-engine';
import { UtterancePool } from '../../runtime/inference/recognition/utterances/utterance-pool';
import type { UtteranceWorker } from '../../runtime/inference/recognition/utterances/utterance-workers';
import { utteranceWorkerProtocol } from '../../runtime/inference/recognition/utterances/worker-protocol';
import { startSherpa } from '../../runtime/inference/workers/sherpa/start-sherpa';
import { Ears } from './weights/ears';
import { NOISES } from './weights/noises';
import { some, spoken } from './weights/prompts';
import { describeWithWeights, weights } from './weights/weights';
import { wordErrorRate, wordsOf } from './weights/word-error-rate';

function soundsLikeSpeech(pcm: Int16Array): boolean {
	const input = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
	return execFileSync(process.execPath, [path.join(__dirname, 'weights/sounds-like-speech.mjs')], { input }).toString() === 'true';
}

describeWithWeights('a real Whisper', () => {
	const ears = new Ears();
	const heard = ears.heard.bind(ears);

	afterAll(async () => await ears.close());

	it('hears 60 human prompts with at most 5 % of the words wrong', async () => {
		const sentences = some(spoken(6, 16));
		const pairs: [string, string][] = [];
		for (const { text, pcm } of sentences) pairs.push([text, (await heard('whisper-tiny.en', pcm())).text]);
		expect(pairs).toHaveLength(60);
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(0.05);
	});

	it('says a short answer once', async () => {
		const repeated: string[] = [];
		for (const { text, pcm } of some(spoken(1, 3))) {
			const words = wordsOf((await heard('whisper-tiny.en', pcm())).text);
			if (words.length > 2 && words.length > 2 * wordsOf(text).length && new Set(words).size < words.length) repeated.push(`${text} -> ${words.join(' ')}`);
		}
		expect(repeated).toEqual([]);
	});

	it.each(NOISES)('makes no word of a sound: %s', async (_name, pcm) => {
		// What the call's speech detector does not take for speech never comes to a recogniser.
		if (soundsLikeSpeech(pcm)) expect((await heard('whisper-base', pcm)).text).toBe('');
		expect((await heard('whisper-tiny.en', pcm)).text).toBe('');
	});

	it('lets speech through to the recogniser', () => {
		const [prompt] = spoken(3, 4);
		expect(soundsLikeSpeech(prompt?.pcm() ?? new Int16Array(0))).toBe(true);
	});

	it('hears all of an utterance that is longer than half a minute', async () => {
		const sentences = spoken(8, 14).slice(0, 14);
		const pcm = joinPcm(sentences.map((sentence) => sentence.pcm()));
		expect(pcm.length).toBeGreaterThan(45 * LISTEN_RATE);
		const { text } = await heard('whisper-tiny.en', pcm);
		expect(wordErrorRate([[sentences.map((sentence) => sentence.text).join(' '), text]])).toBeLessThanOrEqual(0.15);
	});

	it('hears the language of each caller, also at once', async () => {
		const [prompt] = spoken(8, 10);
		const pcm = prompt?.pcm() ?? new Int16Array(0);
		const [english, german, again] = await Promise.all([heard('whisper-base', pcm, 'en-US'), heard('whisper-base', pcm, 'de'), heard('whisper-base', pcm, 'en')]);
		expect(again.text).toBe(english.text);
		expect(german.text).not.toBe(english.text);
		expect(wordErrorRate([[prompt?.text ?? '', english.text]])).toBeLessThan(0.3);
	});

	it('hears an utterance again whose process is killed while it hears it, and several ends at a time', async () => {
		const processes: UtteranceWorker[] = [];
		const folder = weights('whisper-tiny.en');
		const pool = new UtterancePool({
			start: async (threads) => {
				const started = await startSherpa('inference/recognition/sherpa/utterance-worker.js', utteranceWorkerProtocol, 'VOICE_ERR_INFERENCE_LOST', folder, async (client) => await client.call('load', { folder, threads }).result);
				processes.push(started);
				return started;
			},
			cores: 2,
			availableBytes: () => 2 ** 33,
		});
		const engine = ears.keep(new UtteranceEngine(pool, ['en']));
		const sentences = spoken(8, 10).slice(0, 4);
		const settings = transcribeSettings.parse({ language: 'en' });
		const listener = { onPartial: () => undefined, onFailed: () => undefined };
		const callers = await Promise.all(sentences.map(async ({ pcm }) => ({ stream: await engine.open(settings, listener), pcm: pcm() })));
		for (const { stream, pcm } of callers) stream.push(pcm);
		const [first] = callers;
		const text = first?.stream.flush();
		// SIGKILL, with the utterance in it.
		await processes[0]?.stop();
		expect(wordErrorRate([[sentences[0]?.text ?? '', (await text)?.text ?? '']])).toBeLessThan(0.3);
		expect(processes.length).toBeGreaterThan(1);
		const all = await Promise.all(callers.map(async ({ stream }) => await stream.flush()));
		expect(wordErrorRate(all.map((each, at) => [sentences[at]?.text ?? '', each.text]))).toBeLessThan(0.2);
		expect(engine.utteranceCost?.coreMs).toBeGreaterThan(0);
		await Promise.all(callers.map(async ({ stream }) => await stream.close()));
	});

	it.each([
		['whisper-tiny.en', 'de', /does not understand "de"/],
		['whisper-base', 'xx', /does not understand "xx"/],
		['whisper-base', 'klingon', /not a language code/],
	])('%s refuses %s before sherpa ends its process for it', async (name, language, why) => {
		await expect(heard(name, new Int16Array(LISTEN_RATE), language)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(why) });
		const [prompt] = spoken(3, 4);
		expect((await heard(name, prompt?.pcm() ?? new Int16Array(0))).understood).toBe(true);
	});
});
