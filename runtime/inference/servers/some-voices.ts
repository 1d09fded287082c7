import { VoiceError } from '../../contract/errors';
import type { Sound, VoiceChoice, VoiceEngine, VoiceSettings } from '../voices/voice';

/** A voice engine that is limited to those of its voices that its server's model knows; the first is the default. */
export class SomeVoices implements VoiceEngine {
	readonly sampleRate: number;

	constructor(
		private readonly engine: VoiceEngine,
		readonly voices: readonly VoiceChoice[],
	) {
		this.sampleRate = engine.sampleRate;
	}

	async *speak(text: string, settings: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		yield* this.engine.speak(text, { ...settings, voice: this.voiceNamed(settings.voice) }, signal);
	}

	async warm(voice: string): Promise<void> {
		await this.engine.warm(this.voiceNamed(voice));
	}

	private voiceNamed(voice: string): string {
		const known = voice === '' ? this.voices[0] : this.voices.find(({ value }) => value === voice);
		if (known) return known.value;
		const names = this.voices.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `The server's Orpheus has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}
