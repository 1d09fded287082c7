// Guards against: a Piper voice as it is published, two files without a word for sherpa-onnx, that does not speak.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import type { VoiceEngine } from '../../runtime/inference/speech/engine';
import { SherpaVoices } from '../../runtime/inference/speech/sherpa/sherpa-voices';
import { wordErrorRate } from './weights/word-error-rate';
import { describeWithWeights, weights } from './weights/weights';

const MODEL = 'en_US-joe-medium.onnx';
const SENTENCES = [
	'Your appointment with the dentist is on Friday at nine o\'clock.',
	'I can offer you Tuesday morning or Thursday afternoon.',
	'Please tell me your name and your telephone number.',
	'The weather will be sunny with some clouds in the evening.',
	'Thank you for calling, and have a nice day.',
];

/** As the recogniser takes it. */
async function spoken(voice: VoiceEngine, sentence: string): Promise<Int16Array> {
	const resampler = new Resampler(voice.sampleRate, LISTEN_RATE, 'aligned');
	const heard: Int16Array[] = [];
	for await (const { pcm } of voice.speak(sentence, { voice: 'joe', speed: 1 }, new AbortController().signal)) heard.push(resampler.push(pcm));
	return joinPcm([...heard, resampler.end()]);
}

describeWithWeights('a real Piper voice', () => {
	const prepared = mkdtempSync(path.join(os.tmpdir(), 'real-piper-'));
	let quiet: string;
	const voices = new SherpaVoices((name) => Promise.resolve(name), { prepared, models: prepared, env: {} });
	beforeAll(() => {
		quiet = withoutNoise();
	});
	afterAll(async () => {
		await voices.close();
		rmSync(prepared, { recursive: true });
	});

	/** Piper speaks with noise, the same sentence another one each time; a voice whose configuration wants none always speaks alike. */
	function withoutNoise(): string {
		const folder = path.join(prepared, 'without-noise');
		mkdirSync(folder);
		symlinkSync(weights(`piper-joe/${MODEL}`), path.join(folder, MODEL));
		const config = JSON.parse(readFileSync(weights(`piper-joe/${MODEL}.json`), 'utf8')) as { inference: object };
		writeFileSync(path.join(folder, `${MODEL}.json`), JSON.stringify({ ...config, inference: { ...config.inference, noise_scale: 0, noise_w: 0 } }));
		return folder;
	}

	it.each(['its folder', 'its file'])('speaks by %s, and a real Whisper reads it back with at most 3 %% of the words wrong', async (what) => {
		const voice = await voices.engine({ engine: what === 'its folder' ? quiet : path.join(quiet, MODEL) });
		expect(voice.voices).toEqual([{ value: 'joe', name: 'joe' }]);
		const recogniser = await createRecogniser(weights('whisper-base'));
		const pairs: [string, string][] = [];
		for (const sentence of SENTENCES) {
			const { text } = await recogniser.transcribeAll(transcribeSettings.parse({ language: 'en' }), await spoken(voice, sentence));
			pairs.push([sentence, text]);
		}
		await recogniser.close();
		expect(await spoken(voice, 'Hello.')).toEqual(await spoken(voice, 'Hello.'));
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(0.03);
	});
});
