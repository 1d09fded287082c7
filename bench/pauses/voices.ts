import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { decodeWav } from '../../runtime/audio/wav';
import { SherpaVoices } from '../../runtime/inference/speech/sherpa/sherpa-voices';

/** Speaks a text, 16 kHz, without the silence at its ends. */
export interface SceneVoice {
	readonly name: string;
	readonly speak: (text: string) => Promise<Int16Array>;
	readonly close?: () => Promise<void>;
}

/** -46 dB below full scale: the noise floor of a voice is less, and so is the silence at its ends. */
const AUDIBLE = 160;

/** What is heard of it, cut at the sample. */
export function audible(pcm: Int16Array): Int16Array {
	const first = pcm.findIndex((sample) => Math.abs(sample) > AUDIBLE);
	const last = pcm.findLastIndex((sample) => Math.abs(sample) > AUDIBLE);
	return first < 0 ? new Int16Array(0) : pcm.slice(first, last + 1);
}

function byCommand(name: string, command: string, argumentsOf: (text: string, wav: string) => string[]): SceneVoice {
	return {
		name,
		speak: async (text) => {
			const folder = mkdtempSync(path.join(os.tmpdir(), 'pauses-'));
			try {
				const wav = path.join(folder, 'said.wav');
				execFileSync(command, argumentsOf(text, wav), { stdio: 'ignore' });
				return audible(decodeWav(readFileSync(wav)));
			} finally {
				rmSync(folder, { recursive: true });
			}
		},
	};
}

export function espeak(voice: string, speed: number): SceneVoice {
	return byCommand(`espeak ${voice}`, 'espeak-ng', (text, wav) => ['-v', voice, '-s', String(speed), '-w', wav, text]);
}

export function flite(voice: string): SceneVoice {
	return byCommand(`flite ${voice}`, 'flite', (text, wav) => ['-voice', voice, '-t', text, '-o', wav]);
}

/** A neural voice in the files of `folder`. */
export async function neural(name: string, folder: string, id: string): Promise<SceneVoice> {
	const prepared = mkdtempSync(path.join(os.tmpdir(), 'pauses-neural-'));
	const voices = new SherpaVoices((each) => Promise.resolve(each), { prepared, models: prepared, env: {} });
	const voice = await voices.engine({ engine: folder });
	return {
		name,
		speak: async (text) => {
			const resampler = new Resampler(voice.sampleRate, LISTEN_RATE, 'aligned');
			const heard: Int16Array[] = [];
			for await (const { pcm } of voice.speak(text, { voice: id, speed: 1 }, new AbortController().signal)) heard.push(resampler.push(pcm));
			heard.push(resampler.end());
			return audible(joinPcm(heard));
		},
		close: async () => {
			await voices.close();
			rmSync(prepared, { recursive: true });
		},
	};
}
