import { SPEAK_RATES } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import type { WorkerPool } from '../../workers/worker-pool';
import { Resampler } from '../../../audio/resampler';
import { StreamingTrim } from '../../../audio/trim';
import { TimeStretch } from '../../../audio/time-stretch';
import type { Sound, VoiceChoice, VoiceEngine, VoiceSettings } from '../engine';
import { languageToRead, type ReadingLanguages } from './kokoro-languages';
import type { SherpaVoiceProtocol } from './worker-protocol';

const SPEAKABLE = /[\p{L}\p{N}]/u;

export interface SherpaVoiceShape {
	/** For messages: the folder. */
	readonly place: string;
	/** By sherpa's number. */
	readonly voices: readonly VoiceChoice[];
	/** The model's own, Hz. */
	readonly rate: number;
	/** The model's speed when asked for 1. Absent: it cannot speak faster and slower by itself. */
	readonly pace?: number | undefined;
	/** Absent: the model reads as it does, whatever the text's language. */
	readonly reads?: ReadingLanguages;
	/** Absent: its files do not say what it speaks. */
	readonly languages?: readonly string[];
}

/** A voice of sherpa-onnx (Kokoro, Piper, Pocket TTS and others), given out as it is made and without the silence around it. */
export class SherpaVoice implements VoiceEngine {
	readonly voices: readonly VoiceChoice[];
	readonly languages: readonly string[] | undefined;
	readonly sampleRate: number;

	constructor(
		private readonly pool: WorkerPool<SherpaVoiceProtocol>,
		private readonly shape: SherpaVoiceShape,
	) {
		this.voices = shape.voices;
		this.languages = shape.languages;
		// The next one above loses nothing.
		this.sampleRate = SPEAK_RATES.find((rate) => rate >= shape.rate) ?? 48_000;
	}

	/** Rejects with VOICE_ERR_MODEL_FAILED too: for a text in a script that the model cannot read, among others. */
	async *speak(text: string, { voice, speed, language = '' }: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const speaker = this.numberOf(voice);
		const reading = this.reading(language, speaker);
		if (signal.aborted) throw cancelled();
		if (!SPEAKABLE.test(text)) return;
		// Whoever stops listening stops the model too.
		const abort = new AbortController();
		const either = AbortSignal.any([signal, abort.signal]);
		const { rate, pace } = this.shape;
		const resampler = new Resampler(rate, this.sampleRate, 'aligned');
		const trim = new StreamingTrim(this.sampleRate);
		const stretch = new TimeStretch(pace === undefined ? speed : 1, this.sampleRate);
		try {
			for await (const made of this.made({ text, speaker, speed: pace === undefined ? 1 : speed * pace, language: reading }, either)) {
				const pcm = stretch.push(trim.push(resampler.push(made)));
				if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
			}
			for (const pcm of [stretch.push(trim.push(resampler.end())), stretch.end()]) {
				if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
			}
		} finally {
			abort.abort();
		}
	}

	async warm(voice: string): Promise<void> {
		this.numberOf(voice);
		await this.pool.warm();
	}

	/** What the model makes, as it comes. Ends at once when cancelled, though the model may still be busy with its sentence. */
	private async *made(ask: { text: string; speaker: number; speed: number; language: string }, signal: AbortSignal): AsyncGenerator<Int16Array> {
		const waiting: Int16Array[] = [];
		let wake = (): void => undefined;
		let over: { readonly error?: VoiceError } | undefined;
		const end = (ending: { readonly error?: VoiceError }): void => {
			over ??= ending;
			wake();
		};
		const cancel = (): void => end({ error: cancelled() });
		signal.addEventListener('abort', cancel, { once: true });
		const onSound = ({ pcm }: { pcm: Int16Array }): void => {
			waiting.push(pcm);
			wake();
		};
		this.pool.call((client) => client.call('speak', ask, onSound), signal).then(
			() => end({}),
			(error: unknown) => end({ error: VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED') }),
		);
		try {
			for (;;) {
				if (signal.aborted) throw cancelled();
				const pcm = waiting.shift();
				if (pcm) yield pcm;
				else if (over?.error) throw over.error;
				else if (over) return;
				else {
					await new Promise<void>((resolve) => {
						wake = resolve;
					});
				}
			}
		} finally {
			signal.removeEventListener('abort', cancel);
		}
	}

	/** espeak-ng's name of the language to read in; '' for the model's own. */
	private reading(language: string, speaker: number): string {
		const { reads, place, voices } = this.shape;
		if (!reads) return '';
		const wanted = languageToRead(language, reads.own[speaker] ?? '');
		if (wanted === '' || reads.readable.includes(wanted)) return wanted;
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `The voice ${voices[speaker]?.name ?? speaker} in ${place} cannot read "${wanted}" with what is on this machine.`, {
			remedy: [
				'Choose a voice of another language, set the language of the text in Orpheus Speak, or name the data of a whole espeak-ng in VOICE_LOOP_ESPEAK_DATA.',
				...(wanted === 'cmn' ? ['Chinese needs the word lists in the folder that sherpa-onnx publishes, such as kokoro-multi-lang-v1_0.'] : []),
			].join(' '),
		});
	}

	private numberOf(voice: string): number {
		const at = voice === '' ? 0 : this.voices.findIndex(({ value }) => value === voice);
		if (at >= 0) return at;
		// Its number, as sherpa-onnx counts: good where the model's names came later.
		if (/^\d{1,4}$/.test(voice) && Number(voice) < this.voices.length) return Number(voice);
		const names = this.voices.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `The model in ${this.shape.place} has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}

function cancelled(): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
}
