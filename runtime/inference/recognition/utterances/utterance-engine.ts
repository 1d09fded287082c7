import { LISTEN_RATE, samplesToMs } from '../../../audio/pcm';
import type { TranscribeSettings } from '../../../contract/agent-settings';
import type { Transcription } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { monotonicClock } from '../../../lib/clock';
import type { FixedLanguages } from '../../fallback/language-remark';
import { mayBeSpeech, type Recognition, type RecognitionListener, type RecognitionStream, type StreamingRecogniser, type UtteranceCost } from '../engine';
import { languageOf } from '../language';
import { joinedUtterances, utterancesOf } from './utterances';
import type { UtterancePool } from './utterance-pool';
import { UtteranceStream } from './utterance-stream';

/** A recogniser that hears an utterance when it is over: there are no partials, and hints are not used. */
export class UtteranceEngine implements StreamingRecogniser {
	private readonly streams = new Set<UtteranceStream>();

	/** @param known what it can be told; undefined where it does not say */
	constructor(
		private readonly pool: UtterancePool,
		private readonly known: readonly string[] | undefined,
		readonly languages?: FixedLanguages,
	) {}

	get utteranceCost(): UtteranceCost | undefined {
		return this.pool.cost;
	}

	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream> {
		const language = languageOf(settings.language, this.known);
		await this.pool.ready();
		const closed = (): void => {
			this.streams.delete(stream);
			this.pool.expect(this.streams.size);
		};
		const stream = new UtteranceStream(async (...utterance) => await this.pool.recognise(...utterance), language, listener, closed);
		this.streams.add(stream);
		this.pool.expect(this.streams.size);
		return stream;
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal = new AbortController().signal): Promise<Transcription> {
		const language = languageOf(settings.language, this.known);
		await this.pool.ready();
		const began = monotonicClock.now();
		const recording = { live: false };
		const heard: Recognition[] = [];
		for (const utterance of utterancesOf(pcm)) {
			if (signal.aborted) break;
			if (!mayBeSpeech(utterance)) continue;
			heard.push(await this.pool.recognise(recording, { pcm: utterance, language }, signal));
		}
		if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The transcription was cancelled.');
		return { ...joinedUtterances(heard), durationMs: samplesToMs(pcm.length, LISTEN_RATE), computeMs: monotonicClock.now() - began };
	}

	async close(): Promise<void> {
		await this.pool.close();
		for (const stream of [...this.streams]) stream.fail(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The recogniser was closed.'));
	}
}
