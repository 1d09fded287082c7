// Guards against: Kokoro as kokoro-onnx or Hugging Face has it, without a word for sherpa-onnx, that does not speak, or speaks another language than it is told.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import type { VoiceEngine } from '../../runtime/inference/speech/engine';
import { readNpz } from '../../runtime/inference/speech/sherpa/npz';
import { SherpaVoices } from '../../runtime/inference/speech/sherpa/sherpa-voices';
import { wordErrorRate } from './weights/word-error-rate';
import { describeWithWeights, weights } from './weights/weights';

const ENGLISH = ['Your appointment with the dentist is on Friday at nine o\'clock.', 'Please tell me your name and your telephone number.'];

describeWithWeights('a real Kokoro', () => {
	const root = mkdtempSync(path.join(os.tmpdir(), 'real-kokoro-'));
	const voices = new SherpaVoices((name) => Promise.resolve(name), { prepared: path.join(root, 'prepared'), models: root, env: {} });
	afterAll(async () => {
		await voices.close();
		rmSync(root, { recursive: true });
	});

	async function heard(voice: VoiceEngine, name: string, text: string, language: string): Promise<string> {
		const resampler = new Resampler(voice.sampleRate, LISTEN_RATE, 'aligned');
		const sound: Int16Array[] = [];
		for await (const { pcm } of voice.speak(text, { voice: name, speed: 1, language }, new AbortController().signal)) sound.push(resampler.push(pcm));
		sound.push(resampler.end());
		const recogniser = await createRecogniser(weights('whisper-base'));
		const { text: understood } = await recogniser.transcribeAll(transcribeSettings.parse({ language }), joinPcm(sound));
		await recogniser.close();
		return understood;
	}

	it('of kokoro-onnx, a model and an archive of voices, speaks by its names, and a real Whisper reads it back', async () => {
		const voice = await voices.engine({ engine: weights('kokoro') });
		expect(voice.voices.map(({ value }) => value)).toEqual(['jf_alpha', 'jf_gongitsune', 'jf_nezumi', 'jf_tebukuro', 'jm_kumo']);
		const pairs: [string, string][] = [];
		for (const sentence of ENGLISH) pairs.push([sentence, await heard(voice, 'jm_kumo', sentence, 'en')]);
		// A Japanese voice has an accent.
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(0.1);
	});

	/** Its weights are the same; the layout and the names are Hugging Face's. */
	it('in Hugging Face\'s folders speaks by its name, in the language of the text', async () => {
		const folder = path.join(root, 'Kokoro-82M-v1.0-ONNX');
		for (const inside of ['onnx', 'voices']) mkdirSync(path.join(folder, inside), { recursive: true });
		symlinkSync(path.join(weights('kokoro'), 'kokoro-v1.0.int8.onnx'), path.join(folder, 'onnx', 'model_quantized.onnx'));
		writeFileSync(path.join(folder, 'config.json'), '{}');
		const [style] = readNpz(readFileSync(path.join(weights('kokoro'), 'voices_ja.npz')));
		writeFileSync(path.join(folder, 'voices', 'jf_alpha.bin'), new Uint8Array(style?.data.buffer ?? new ArrayBuffer(0)));
		const voice = await voices.engine({ engine: path.join(folder, 'onnx') });
		expect(voice.voices).toEqual([{ value: 'jf_alpha', name: 'jf_alpha' }]);
		const said = 'Buenos días, su cita es el viernes por la mañana.';
		expect(wordErrorRate([[said, await heard(voice, 'jf_alpha', said, 'es')]])).toBeLessThanOrEqual(0.35);
	});
});
