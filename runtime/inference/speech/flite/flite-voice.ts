import os from 'node:os';
import { VoiceError } from '../../../contract/errors';
import type { Sound, VoiceChoice, VoiceEngine, VoiceSettings } from '../engine';
import type { VoiceKind } from '../voices';
import { FlitePool } from './flite-pool';
import { partsForFlite } from './flite-text';

/** Of flite's built-in voices, those at 16 kHz that read any text. slt is the most natural, kal16 the quickest. */
const VOICES: readonly VoiceChoice[] = [
	{ value: 'slt', name: 'Slt (woman, American)' },
	{ value: 'rms', name: 'Rms (man, American)' },
	{ value: 'awb', name: 'Awb (man, Scottish)' },
	{ value: 'kal16', name: 'Kal (man, American, robotic, quickest)' },
];

/** flite: small voices that need no download and speak some 30 times faster than real time on one core. */
export class FliteVoice implements VoiceEngine, VoiceKind {
	readonly description = 'Always there, speaks English, needs no download.';
	readonly voices = VOICES;
	readonly sampleRate = 16_000;

	constructor(private readonly pool = new FlitePool(Math.max(1, Math.floor(os.availableParallelism() / 2)))) {}

	async *speak(text: string, { voice, speed }: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const name = this.voiceNamed(voice);
		for (const part of partsForFlite(text)) {
			const pcm = await this.pool.speak({ text: part, voice: name, speed, sampleRate: this.sampleRate }, signal);
			if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
		}
	}

	async engine(): Promise<VoiceEngine> {
		return await Promise.resolve(this);
	}

	async warm(voice: string): Promise<void> {
		const request = { text: 'Hello.', voice: this.voiceNamed(voice), speed: 1, sampleRate: this.sampleRate };
		await this.pool.speak(request, new AbortController().signal);
	}

	private voiceNamed(voice: string): string {
		const known = voice === '' ? VOICES[0] : VOICES.find(({ value }) => value === voice);
		if (known) return known.value;
		const names = VOICES.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `flite has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}
