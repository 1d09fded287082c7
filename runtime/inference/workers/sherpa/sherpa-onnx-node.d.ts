/** What we use of sherpa-onnx-node 1.13.8, which brings no types of its own. */
declare module 'sherpa-onnx-node' {
	export interface GenerationConfig {
		readonly sid: number;
		readonly speed: number;
		/** A voice to speak like, -1..1: Pocket TTS has no other. */
		readonly referenceAudio?: Float32Array;
		readonly referenceSampleRate?: number;
		readonly extra?: Readonly<Record<string, string | number>>;
	}

	/** Runs on a thread of libuv's pool; `onProgress` gets each stretch once, and ends the run by returning false. */
	export class OfflineTts {
		readonly sampleRate: number;
		readonly numSpeakers: number;
		static createAsync(config: object): Promise<OfflineTts>;
		generateAsync(request: {
			readonly text: string;
			readonly generationConfig: GenerationConfig;
			readonly onProgress: (info: { readonly samples: Float32Array; readonly progress: number }) => boolean;
		}): Promise<unknown>;
	}

	/** Samples: -1..1. */
	export interface Waveform {
		readonly samples: Float32Array;
		readonly sampleRate: number;
	}

	export interface RecognitionInput {
		acceptWaveform(sound: Waveform): void;
	}

	/** Everything here blocks. */
	export class OnlineRecognizer {
		constructor(config: object);
		createStream(): RecognitionInput;
		isReady(stream: RecognitionInput): boolean;
		decode(stream: RecognitionInput): void;
		/** `ys_probs`: the logarithm of each token's probability, where the model tells it. */
		getResult(stream: RecognitionInput): { readonly text: string; readonly ys_probs: readonly number[] };
	}

	/** Everything here blocks. */
	export class OfflineRecognizer {
		constructor(config: object);
		setConfig(config: object): void;
		createStream(): RecognitionInput;
		decode(stream: RecognitionInput): void;
		getResult(stream: RecognitionInput): { readonly text: string };
	}

	export function readWave(file: string): Waveform;
}
