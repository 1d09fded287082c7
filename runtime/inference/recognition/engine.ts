import { isAudible, LISTEN_RATE, msToSamples } from '../../audio/pcm';
import type { TranscribeSettings } from '../../contract/agent-settings';
import type { Transcription } from '../../contract/control';
import type { VoiceError } from '../../contract/errors';
import type { FixedLanguages } from '../fallback/language-remark';

/** What was heard. `text` is '' where `understood` is false, and where it was noise; `confidence` is 0..1. */
export type Recognition = Pick<Transcription, 'text' | 'understood' | 'confidence'>;

export const NOTHING_HEARD: Recognition = { text: '', understood: false, confidence: 0 };

/** Nobody says a word in less, and OpenAI refuses less. */
const SHORTEST_WORD_MS = 100;

/** Whether `pcm` (16 kHz) may hold a word at all: Whisper makes sentences up out of silence. */
export function mayBeSpeech(pcm: Int16Array): boolean {
	return pcm.length >= msToSamples(SHORTEST_WORD_MS, LISTEN_RATE) && pcm.some(isAudible);
}

export interface RecognitionListener {
	/** The text so far, whenever it changed. Words may be revised until the final. */
	onPartial(text: string): void;
	/** The engine is lost: nothing more will come from this stream. Open another. */
	onFailed(error: VoiceError): void;
}

/** One caller's ear. Sound and requests are worked on in the order in which they were given. */
export interface RecognitionStream {
	/** Whether words come while one speaks. Otherwise the first come when the stream is flushed. */
	readonly partials: boolean;
	/** Whether it may be flushed in every short pause: that takes no time from other callers. */
	readonly quick: boolean;
	/** 16 kHz mono, any length from one sample up to 20 s. Never blocks; the samples are copied. */
	push(pcm: Int16Array): void;
	/**
	 * The text of all sound pushed since the last reset, as if the utterance ended now. Changes nothing: sound
	 * pushed afterwards continues the same utterance. Rejects with VOICE_ERR_CANCELLED once closed,
	 * VOICE_ERR_INFERENCE_LOST if the engine died.
	 */
	flush(): Promise<Recognition>;
	/** Forgets the utterance: the next sound begins a new one. No partial of the old one follows. */
	reset(): void;
	/** Frees the stream. Resolves when nothing works for it any more; may be called twice. */
	close(): Promise<void>;
}

/** What a usual utterance takes of this machine, where one is heard when it is over. */
export interface UtteranceCost {
	/** Time of a core. */
	readonly coreMs: number;
	/** Its length. */
	readonly soundMs: number;
	/** Cores that may hear at a time: each needs the model in memory. */
	readonly cores: number;
}

/** A streaming recogniser that serves any number of callers at once. Its rules are in conformance.fixture.ts. */
export interface StreamingRecogniser {
	/** Resolves when the model can hear. Rejects with VOICE_ERR_BAD_REQUEST for hints it cannot read. */
	open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream>;
	readonly languages?: FixedLanguages | undefined;
	/** undefined where it hears while one speaks, and until it has heard something. */
	readonly utteranceCost?: UtteranceCost | undefined;
	/** Does beforehand what costs nothing, such as connecting to a server. Rejects where it is not there. */
	warm?(): Promise<void>;
	/**
	 * A whole recording, 16 kHz mono, any length. Long pauses divide it into utterances; one that was not
	 * understood stands in the text as `[unclear]`, unless none was. `computeMs` is wall time, callers' share included.
	 * Rejects with VOICE_ERR_CANCELLED once `signal` aborts.
	 */
	transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal?: AbortSignal): Promise<Transcription>;
	/** Ends all streams and frees the model. To be awaited before the process exits: exiting during a run aborts it. */
	close(): Promise<void>;
}
