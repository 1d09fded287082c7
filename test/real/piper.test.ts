// Guards against: a Piper voice as it is published, two files without a word for sherpa-onnx, that does not speak.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import { SherpaVoices } from '../../runtime/inference/speech/sherpa/sherpa-voices';
import { wordErrorRate } from './weights/word-error-rate';
import { describeWithWeights, weights } from './weights/weights';

const SENTENCES = [
	'Your appointment with the dentist is on Friday at nine o\'clock.',
	'I can offer you Tuesday morning or Thursday afternoon.',
	'Please tell me your name and your telephone number.',
	'The weather will be sunny with some clouds in the evening.',
	'Thank you for calling, and have a nice day.',
];

describeWithWeights('a real Piper voice', () => {
	const prepared = mkdtempSync(path.join(os.tmpdir(), 'real-piper-'));
	const voices = new SherpaVoices((name) => Promise.resolve(name), { prepared, models: prepared, env: {} });
	afterAll(async () => {
		await voices.close();
		rmSync(prepared, { recursive: true });
	});

	it.each([
		['its folder', 'piper-joe'],
		['its file', 'piper-joe/en_US-joe-medium.onnx'],
	])('speaks by %s, and a real Whisper reads it back with at most 3 %% of the words wrong', async (_what, place) => {
		const voice = await voices.engine({ engine: weights(place) });
		expect(voice.voices).toEqual([{ value: 'joe', name: 'joe' }]);
		const recogniser = await createRecogniser(weights('whisper-base'));
		const readBack = async (): Promise<number> => {
			const pairs: [string, string][] = [];
			for (const sentence of SENTENCES) {
				const resampler = new Resampler(voice.sampleRate, LISTEN_RATE, 'aligned');
				const heard: Int16Array[] = [];
				for await (const { pcm } of voice.speak(sentence, { voice: 'joe', speed: 1 }, new AbortController().signal)) heard.push(resampler.push(pcm));
				heard.push(resampler.end());
				const { text } = await recogniser.transcribeAll(transcribeSettings.parse({ language: 'en' }), joinPcm(heard));
				pairs.push([sentence, text]);
			}
			return wordErrorRate(pairs);
		};
		// Piper speaks with noise: the same sentence is another one each time.
		const rates = [await readBack(), await readBack(), await readBack()].sort((a, b) => a - b);
		await recogniser.close();
		expect(rates[1]).toBeLessThanOrEqual(0.03);
	});
});
