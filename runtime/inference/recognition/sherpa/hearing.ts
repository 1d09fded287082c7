import type * as SherpaLibrary from 'sherpa-onnx-node';
import { LISTEN_RATE, joinPcm, msToSamples, toFloat } from '../../../audio/pcm';
import { mayBeSpeech, NOTHING_HEARD, type Recognition } from '../engine';
import { languageOf } from '../language';
import { withoutRepeats } from '../without-repeats';
import type { StreamingModel, UtteranceModel } from './recogniser-model';
import { UtteranceRecogniser } from './utterance-recogniser';
import { LONGEST_SAMPLES, utterancesOf } from './utterances';

/** Of one utterance the last two minutes are kept: nobody speaks longer without a pause. */
const MAX_SAMPLES = 120 * LISTEN_RATE;

/** One utterance as it is heard. All of it blocks. */
export interface Hearing {
	/** The text so far; undefined where it is not known yet. */
	push(pcm: Int16Array): string | undefined;
	/** Sound may follow all the same. */
	result(): Recognition;
}

/** Begins utterances in a language (see transcribeSettings). Throws VOICE_ERR_BAD_REQUEST for one that the model does not understand. */
export type Hear = (language: string) => Hearing;

/** Throws what sherpa says of the model, or ends the process. */
export function openModel(sherpa: typeof SherpaLibrary, model: StreamingModel | UtteranceModel, numThreads: number): Hear {
	const config = {
		featConfig: { sampleRate: LISTEN_RATE, featureDim: 80 },
		modelConfig: { ...model.files, tokens: model.tokens, numThreads, provider: 'cpu' },
		decodingMethod: 'greedy_search',
	};
	if (!model.streaming) {
		const recogniser = new UtteranceRecogniser(sherpa, config, model);
		return (language) => new WholeHearing(recogniser, languageOf(language, model.languages));
	}
	const recogniser = new sherpa.OnlineRecognizer({ ...config, enableEndpoint: false });
	// So much silence brings all sound before it through the model.
	const after = new Int16Array(msToSamples(2 * model.windowMs, LISTEN_RATE));
	return () => new StreamedHearing(recogniser, after);
}

class KeptSound {
	private pieces: Int16Array[] = [];
	private samples = 0;

	push(pcm: Int16Array): void {
		this.pieces.push(pcm);
		this.samples += pcm.length;
		while (this.samples - (this.pieces[0]?.length ?? 0) >= MAX_SAMPLES) this.samples -= this.pieces.shift()?.length ?? 0;
	}

	all(): Int16Array {
		return joinPcm(this.pieces);
	}
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

/** Recognises when it is asked for a result. */
class WholeHearing implements Hearing {
	private readonly kept = new KeptSound();
	private known: Recognition | undefined;

	constructor(
		private readonly recogniser: UtteranceRecogniser,
		private readonly language: string,
	) {}

	push(pcm: Int16Array): undefined {
		this.kept.push(pcm);
		this.known = undefined;
	}

	result(): Recognition {
		this.known ??= this.recognised(this.kept.all());
		return this.known;
	}

	private recognised(pcm: Int16Array): Recognition {
		if (!mayBeSpeech(pcm)) return NOTHING_HEARD;
		const parts = pcm.length <= LONGEST_SAMPLES ? [pcm] : utterancesOf(pcm);
		return judged(parts.map((part) => withoutRepeats(this.recogniser.textOf(part, this.language), part)).join(' '));
	}
}

/** Models without letter case write capitals, which a language model takes for shouting. */
export function textOf(heard: string): string {
	const text = heard.replace(/\s+/g, ' ').trim();
	if (!/[\p{L}\p{N}]/u.test(text)) return '';
	return /\p{Ll}/u.test(text) ? text : text.toLowerCase();
}

/** `logProbs` of the tokens; a model that tells none is believed. */
export function judged(heard: string, logProbs: readonly number[] = []): Recognition {
	const text = textOf(heard);
	if (text === '') return NOTHING_HEARD;
	const mean = logProbs.length === 0 ? 0 : logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length;
	return { text, understood: true, confidence: Math.max(0, Math.min(1, Math.exp(mean))) };
}
