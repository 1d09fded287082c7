import type * as SherpaLibrary from 'sherpa-onnx-node';
import { LISTEN_RATE, msToSamples, toFloat } from '../../../audio/pcm';
import { NOTHING_HEARD, type Recognition } from '../engine';
import { KeptSound } from '../utterances/kept-sound';
import { judged, textOf } from '../judged';
import { sherpaConfig, type StreamingModel } from './recogniser-model';

/** One utterance as it is heard. All of it blocks. */
export interface Hearing {
	/** The text so far; undefined where it is not known yet. */
	push(pcm: Int16Array): string | undefined;
	/** Sound may follow all the same. */
	result(): Recognition;
}

/** Begins an utterance. */
export type Hear = () => Hearing;

/** Throws what sherpa says of the model, or ends the process. */
export function openStreaming(sherpa: typeof SherpaLibrary, model: StreamingModel, numThreads: number): Hear {
	const recogniser = new sherpa.OnlineRecognizer({ ...sherpaConfig(model, numThreads), enableEndpoint: false });
	// So much silence brings all sound before it through the model.
	const after = new Int16Array(msToSamples(2 * model.windowMs, LISTEN_RATE));
	return () => new StreamedHearing(recogniser, after);
}

/** Recognises while one speaks. */
class StreamedHearing implements Hearing {
	private readonly kept = new KeptSound();
	private stream: SherpaLibrary.RecognitionInput | undefined;
	private known: Recognition | undefined;

	constructor(
		private readonly recogniser: SherpaLibrary.OnlineRecognizer,
		private readonly after: Int16Array,
	) {}

	push(pcm: Int16Array): string | undefined {
		if (pcm.length === 0) return undefined;
		this.kept.push(pcm);
		this.known = undefined;
		// The silence of a result spoils a stream: whoever goes on speaking is heard from the beginning again.
		const sound = this.stream ? pcm : this.kept.all();
		this.stream ??= this.recogniser.createStream();
		this.feed(this.stream, sound);
		return textOf(this.recogniser.getResult(this.stream).text);
	}

	result(): Recognition {
		this.known ??= this.ended();
		return this.known;
	}

	private ended(): Recognition {
		const { stream } = this;
		if (!stream) return NOTHING_HEARD;
		this.stream = undefined;
		this.feed(stream, this.after);
		const { text, ys_probs: logProbs } = this.recogniser.getResult(stream);
		return judged(text, logProbs);
	}

	private feed(stream: SherpaLibrary.RecognitionInput, pcm: Int16Array): void {
		stream.acceptWaveform({ samples: toFloat(pcm), sampleRate: LISTEN_RATE });
		while (this.recogniser.isReady(stream)) this.recogniser.decode(stream);
	}
}
