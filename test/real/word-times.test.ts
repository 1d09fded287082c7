// Guards against: words that are taken for heard, or for not heard, at another time than a real voice says them. Whisper tells when that is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm, LISTEN_RATE, samplesToMs } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { wordShares } from '../../runtime/dialogue/heard/speech-weight';
import { SherpaVoices } from '../../runtime/inference/speech/sherpa/sherpa-voices';
import { REPLIES } from '../../bench/replies';
import { describeWithWeights, weights } from './weights/weights';
import { wordsOf } from './weights/word-error-rate';

/** Of which nobody is in doubt how many words they have. */
const PLAIN = REPLIES.filter((text) => /^[a-z' ,.?!]+$/i.test(text)).slice(0, 10);

describeWithWeights('the words of a real Piper voice', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'word-times-'));
	const voices = new SherpaVoices((name) => Promise.resolve(name), { prepared: path.join(folder, 'prepared'), models: folder, env: {} });
	afterAll(async () => {
		await voices.close();
		rmSync(folder, { recursive: true });
	});

	async function spoken(text: string): Promise<Int16Array> {
		const voice = await voices.engine({ engine: weights('piper-joe') });
		const resampler = new Resampler(voice.sampleRate, LISTEN_RATE, 'aligned');
		const sound: Int16Array[] = [];
		for await (const { pcm } of voice.speak(text, { voice: 'joe', speed: 1 }, new AbortController().signal)) sound.push(resampler.push(pcm));
		sound.push(resampler.end());
		return joinPcm(sound);
	}

	it('count as heard within 150 ms of their ends (median)', async () => {
		const lengths: number[] = [];
		const files: string[] = [];
		for (const [at, text] of PLAIN.entries()) {
			const pcm = await spoken(text);
			lengths.push(samplesToMs(pcm.length, LISTEN_RATE));
			files.push(path.join(folder, `${at}.raw`));
			writeFileSync(files[at] ?? '', new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
		}
		const env = { ...process.env, PYTHONPATH: weights('faster-whisper-server'), HF_HUB_OFFLINE: '1' };
		const told = execFileSync('python3', [path.join(__dirname, 'weights/word_ends.py'), weights('whisper-tiny.en-ctranslate2'), ...files], { env }).toString();
		const heard = JSON.parse(told) as Array<Array<[word: string, seconds: number]>>;
		const errors = PLAIN.flatMap((text, at) => {
			const words = heard[at] ?? [];
			// Where Whisper hears other words, nothing can be said of them.
			if (wordsOf(words.map(([word]) => word).join(' ')).join(' ') !== wordsOf(text).join(' ')) return [];
			const shares = wordShares(text);
			return shares.length === words.length ? words.map(([, seconds], word) => Math.abs(1000 * seconds - (shares[word] ?? 0) * (lengths[at] ?? 0))) : [];
		}).sort((a, b) => a - b);
		expect(errors.length).toBeGreaterThan(25);
		expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(150);
	});
});
