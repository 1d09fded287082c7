import { joinPcm, msToSamples } from './pcm';

/** Segments of 20 ms hold two periods of the deepest voice (100 Hz), so that joins keep its pitch. */
const SEGMENT_MS = 20;
/** Where the next segment fits best is looked for this far to both sides: half a period of a deep voice. */
const SEARCH_MS = 6;
/** Comparing every third sample finds the same place. */
const STEP = 3;

/**
 * Changes the pace of speech and keeps its pitch, for voices that have no pace of their own: overlapping
 * segments are taken further apart or closer together, each where it fits best to the one before (WSOLA,
 * Verhelst and Roelands 1993). Gives sound as soon as it can be made; 26 ms behind.
 */
export class TimeStretch {
	private readonly segment: number;
	private readonly hop: number;
	private readonly search: number;
	private input: Int16Array = new Int16Array(0);
	/** Where the next segment would begin if it fitted there, in samples of `input`. */
	private position = 0;
	/** The second half of the last segment, still to be faded out. */
	private tail: Int16Array | undefined;

	constructor(
		private readonly speed: number,
		sampleRate: number,
	) {
		this.hop = msToSamples(SEGMENT_MS / 2, sampleRate);
		this.segment = 2 * this.hop;
		this.search = msToSamples(SEARCH_MS, sampleRate);
	}

	push(pcm: Int16Array): Int16Array {
		if (this.speed === 1) return pcm;
		this.input = joinPcm([this.input, pcm]);
		const made: Int16Array[] = [];
		while (Math.round(this.position) + this.search + this.segment <= this.input.length) made.push(this.next());
		this.forget();
		return joinPcm(made);
	}

	/** The rest, once there is no more. */
	end(): Int16Array {
		if (this.speed === 1) return new Int16Array(0);
		const rest = this.push(new Int16Array(this.search + this.segment));
		return joinPcm([rest, this.tail ?? new Int16Array(0)]);
	}

	/** 10 ms of sound: the last segment's second half faded into the next one's first. */
	private next(): Int16Array {
		const from = this.tail ? this.best(this.tail) : Math.round(this.position);
		const first = this.input.slice(from, from + this.hop);
		const { tail } = this;
		if (tail) {
			for (let at = 0; at < this.hop; at++) {
				const share = (at + 0.5) / this.hop;
				first[at] = Math.round((1 - share) * (tail[at] ?? 0) + share * (first[at] ?? 0));
			}
		}
		this.tail = this.input.slice(from + this.hop, from + this.segment);
		this.position += this.hop * this.speed;
		return first;
	}

	/** Where the sound goes on most like `tail`: the place of the largest correlation. */
	private best(tail: Int16Array): number {
		const around = Math.round(this.position);
		let best = around;
		let most = -Infinity;
		for (let from = Math.max(0, around - this.search); from <= around + this.search; from++) {
			let product = 0;
			let energy = 1;
			for (let at = 0; at < this.hop; at += STEP) {
				const sample = this.input[from + at] ?? 0;
				product += sample * (tail[at] ?? 0);
				energy += sample * sample;
			}
			const likeness = product / Math.sqrt(energy);
			if (likeness > most) {
				most = likeness;
				best = from;
			}
		}
		return best;
	}

	private forget(): void {
		const done = Math.max(0, Math.round(this.position) - this.search);
		if (done === 0) return;
		this.input = this.input.slice(done);
		this.position -= done;
	}
}
