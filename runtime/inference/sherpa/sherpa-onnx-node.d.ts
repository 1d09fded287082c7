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

	export function readWave(file: string): { readonly samples: Float32Array; readonly sampleRate: number };
}
