import type * as SherpaLibrary from 'sherpa-onnx-node';
import { LISTEN_RATE, toFloat } from '../../../audio/pcm';
import type { Recognition } from '../engine';
import { partsOf } from '../utterances/utterances';
import { withoutRepeats } from '../without-repeats';
import { judged } from '../judged';
import { sherpaConfig, type UtteranceModel } from './recogniser-model';

/** sherpa counts in feature frames of 10 ms. */
const FRAMES_A_SECOND = 100;
/**
 * Whisper learned from stretches of 30 s. Given much less, it repeats short answers ("March March March"): with 20 s
 * it does not, and with 30 s it hears no better and takes half as long again. sherpa itself adds 10 s.
 */
const LEAST_FRAMES = 20 * FRAMES_A_SECOND;
const LEAST_PADDING = 10 * FRAMES_A_SECOND;

/** One of sherpa's models for whole utterances, whose callers may each speak another language. All of it blocks. */
export class UtteranceRecogniser {
	private readonly recogniser: SherpaLibrary.OfflineRecognizer;
	private readonly config: { readonly modelConfig: object };

	/** Throws what sherpa says of the model, or ends the process. */
	constructor(
		sherpa: typeof SherpaLibrary,
		private readonly model: UtteranceModel,
		numThreads: number,
	) {
		this.config = sherpaConfig(model, numThreads);
		this.recogniser = new sherpa.OfflineRecognizer(this.config);
	}

	/** Of one utterance, 16 kHz, any length. `language`: one of the model's, or '' for that it finds out. */
	recognise(pcm: Int16Array, language: string): Recognition {
		return judged(partsOf(pcm).map((part) => withoutRepeats(this.textOf(part, language), part)).join(' '));
	}

	private textOf(pcm: Int16Array, language: string): string {
		const { whisper } = this.model.files;
		// Takes 0.05 ms.
		if (whisper) this.recogniser.setConfig({ ...this.config, modelConfig: { ...this.config.modelConfig, whisper: { ...whisper, ...whisperSettings(pcm, language) } } });
		const stream = this.recogniser.createStream();
		stream.acceptWaveform({ samples: toFloat(pcm), sampleRate: LISTEN_RATE });
		this.recogniser.decode(stream);
		return this.recogniser.getResult(stream).text;
	}
}

function whisperSettings(pcm: Int16Array, language: string): object {
	const frames = Math.ceil((pcm.length * FRAMES_A_SECOND) / LISTEN_RATE);
	return { language, task: 'transcribe', tailPaddings: Math.max(LEAST_PADDING, LEAST_FRAMES - frames) };
}
