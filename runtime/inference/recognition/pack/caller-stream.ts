import { toFloat } from '../../../audio/pcm';
import type { Recognition } from '../engine';
import { type Heard, ROW_SAMPLES, type AudioStretch, type Listener } from './acoustic-model';
import { HeardWords } from './heard-words';
import type { Vocabulary } from './vocabulary';

/** What the graph was made for: 80 ms a call. */
const CHUNK_SAMPLES = 2 * ROW_SAMPLES;

/** A row speaks about sound up to 120 ms back, so the last word only shows after 200 ms more. */
const FLUSH_SILENCE_SAMPLES = 3200;

const FLUSH_SAMPLES = CHUNK_SAMPLES + FLUSH_SILENCE_SAMPLES;

type Task =
	| { readonly kind: 'sound'; readonly audio: Float32Array }
	| { readonly kind: 'flush'; readonly audio: Float32Array; readonly id: string }
	| { readonly kind: 'reset'; readonly utterance: number };

export interface CallerStreamEvents {
	/** `utterance` counts the resets. */
	onPartial(utterance: number, text: string): void;
	onFinal(id: string, recognition: Recognition): void;
}

/** One caller's stream: sound, flushes and resets, worked on strictly in order. */
export class CallerStream implements Listener {
	private readonly tasks: Task[] = [];
	private filling = new Float32Array(CHUNK_SAMPLES);
	private filled = 0;
	private state: Float32Array;
	private utterance: HeardWords;
	private number = 0;
	private shown = '';

	constructor(
		private readonly vocabulary: Vocabulary,
		private readonly silence: Float32Array,
		private readonly events: CallerStreamEvents,
	) {
		this.state = silence;
		this.utterance = new HeardWords(vocabulary);
	}

	push(pcm: Int16Array): void {
		for (let from = 0; from < pcm.length; ) {
			const piece = pcm.subarray(from, from + CHUNK_SAMPLES - this.filled);
			toFloat(piece, this.filling, this.filled);
			this.filled += piece.length;
			from += piece.length;
			if (this.filled === CHUNK_SAMPLES) {
				this.tasks.push({ kind: 'sound', audio: this.filling });
				this.filling = new Float32Array(CHUNK_SAMPLES);
				this.filled = 0;
			}
		}
	}

	/** The end as it would be if silence followed now; the sound that is no whole chunk yet is heard with it. */
	flush(id: string): void {
		const audio = new Float32Array(FLUSH_SAMPLES);
		audio.set(this.filling.subarray(0, this.filled));
		this.tasks.push({ kind: 'flush', id, audio });
	}

	/** `utterance` names what begins now. */
	reset(utterance: number): void {
		this.filled = 0;
		this.tasks.push({ kind: 'reset', utterance });
	}

	next(): AudioStretch | null {
		let task = this.tasks[0];
		while (task?.kind === 'reset') {
			this.begin(task.utterance);
			this.tasks.shift();
			task = this.tasks[0];
		}
		return task ? { audio: task.audio, state: this.state } : null;
	}

	take(heard: Heard): void {
		const task = this.tasks.shift();
		if (task?.kind === 'flush') this.events.onFinal(task.id, this.utterance.final(heard.rows));
		else if (task?.kind === 'sound') this.hear(heard);
	}

	private hear(heard: Heard): void {
		this.state = heard.state;
		this.utterance.hear(heard.rows);
		const text = this.utterance.partial();
		if (text === this.shown) return;
		this.shown = text;
		this.events.onPartial(this.number, text);
	}

	private begin(utterance: number): void {
		this.number = utterance;
		this.shown = '';
		this.state = this.silence;
		this.utterance = new HeardWords(this.vocabulary);
	}
}
