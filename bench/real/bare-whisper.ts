import { readdirSync } from 'node:fs';
import path from 'node:path';
import type * as SherpaLibrary from 'sherpa-onnx-node';
import { LISTEN_RATE, toFloat } from '../../runtime/audio/pcm';
import { sherpaLibrary } from '../../runtime/inference/workers/sherpa/library';
import { cpuMs } from '../report';

/** As the product asks it: 20 s of sound at least, in sherpa's frames of 10 ms. */
const FRAMES = 2000;
const LEAST_PADDING = 1000;

/** sherpa-onnx alone, in this process: what a Whisper costs with nothing around it. */
export class BareWhisper {
	private readonly recogniser: SherpaLibrary.OfflineRecognizer;

	private constructor(
		sherpa: typeof SherpaLibrary,
		private readonly config: { readonly modelConfig: { readonly whisper: object } },
	) {
		this.recogniser = new sherpa.OfflineRecognizer(config);
	}

	static async open(folder: string, numThreads: number): Promise<BareWhisper> {
		const names = readdirSync(folder);
		const file = (part: string): string => path.join(folder, names.find((name) => name.includes(part)) ?? part);
		return new BareWhisper(await sherpaLibrary(), {
			...{ featConfig: { sampleRate: LISTEN_RATE, featureDim: 80 }, decodingMethod: 'greedy_search' },
			modelConfig: { ...{ tokens: file('tokens'), numThreads, provider: 'cpu' }, whisper: { encoder: file('encoder'), decoder: file('decoder') } },
		});
	}

	/** Blocks. */
	hear(pcm: Int16Array): { readonly text: string; readonly ms: number; readonly coreMs: number } {
		const tailPaddings = Math.max(LEAST_PADDING, FRAMES - Math.ceil((100 * pcm.length) / LISTEN_RATE));
		const { modelConfig } = this.config;
		const from = process.cpuUsage();
		const began = performance.now();
		this.recogniser.setConfig({ ...this.config, modelConfig: { ...modelConfig, whisper: { ...modelConfig.whisper, language: 'en', task: 'transcribe', tailPaddings } } });
		const stream = this.recogniser.createStream();
		stream.acceptWaveform({ samples: toFloat(pcm), sampleRate: LISTEN_RATE });
		this.recogniser.decode(stream);
		const { text } = this.recogniser.getResult(stream);
		return { text, ms: performance.now() - began, coreMs: cpuMs(from) };
	}
}
