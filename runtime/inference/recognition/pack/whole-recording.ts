import { toFloat } from '../../../audio/pcm';
import { UNCLEAR } from '../../../contract/chat';
import { NOTHING_HEARD, type Recognition } from '../engine';
import { type Heard, ROW_SAMPLES, type AudioStretch, type Listener } from './acoustic-model';
import { HeardWords } from './heard-words';
import type { Vocabulary } from './vocabulary';

/** 0.8 s a run: cheaper than a caller's 80 ms, and short enough (3 ms) not to delay callers. */
const CHUNK_SAMPLES = 20 * ROW_SAMPLES;

/** A recording seldom ends with the silence that the last word needs: half a second is added. */
const ADDED_SILENCE_SAMPLES = 8000;

/** A pause of 0.8 s divides a recording into utterances. */
const PAUSE_ROWS = 20;

/** A whole recording, heard piece by piece between the callers' sound. */
export class Recording implements Listener {
	private at = 0;
	private state: Float32Array;
	private utterance: HeardWords;
	private readonly heard: Recognition[] = [];

	constructor(
		private readonly pcm: Int16Array,
		private readonly vocabulary: Vocabulary,
		silence: Float32Array,
		private readonly onDone: (recognition: Recognition) => void,
	) {
		this.state = silence;
		this.utterance = new HeardWords(vocabulary);
	}

	next(): AudioStretch | null {
		if (this.at >= this.pcm.length + ADDED_SILENCE_SAMPLES) return null;
		const audio = toFloat(this.pcm.subarray(this.at, this.at + CHUNK_SAMPLES), new Float32Array(CHUNK_SAMPLES));
		return { audio, state: this.state };
	}

	take(heard: Heard): void {
		this.at += CHUNK_SAMPLES;
		this.state = heard.state;
		for (const row of heard.rows) {
			this.utterance.hear([row]);
			if (this.utterance.silence === PAUSE_ROWS) this.divide();
		}
		if (this.next()) return;
		this.divide();
		this.onDone(join(this.heard));
	}

	private divide(): void {
		if (this.utterance.partial() !== '') this.heard.push(this.utterance.final());
		this.utterance = new HeardWords(this.vocabulary);
	}
}

function join(utterances: readonly Recognition[]): Recognition {
	if (!utterances.some(({ understood }) => understood)) return NOTHING_HEARD;
	return {
		text: utterances.map(({ text, understood }) => (understood ? text : UNCLEAR)).join(' '),
		understood: true,
		confidence: utterances.reduce((sum, { confidence }) => sum + confidence, 0) / utterances.length,
	};
}
