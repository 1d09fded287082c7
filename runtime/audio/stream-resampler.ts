import { FileResampler } from './file-resampler';

/** Brings sound that comes in pieces of any length to another rate: the pieces joined equal the whole, resampled. */
export class StreamResampler {
	private readonly resampler: FileResampler;
	/** Input samples after an output sample's place that its filter reaches. */
	private readonly ahead: number;
	private input = new Float32Array(0);
	/** The place of the first kept sample in the whole input. */
	private first = 0;
	private made = 0;

	constructor(
		private readonly from: number,
		private readonly to: number,
	) {
		this.resampler = new FileResampler(from, to);
		this.ahead = this.rangeOf(0).to;
	}

	push(pcm: Int16Array): Int16Array {
		if (this.from === this.to) return pcm;
		const grown = new Float32Array(this.input.length + pcm.length);
		grown.set(this.input);
		grown.set(pcm, this.input.length);
		this.input = grown;
		const there = this.first + this.input.length;
		return this.make(Math.floor(((there - this.ahead) * this.to) / this.from) - this.made);
	}

	end(): Int16Array {
		if (this.from === this.to) return new Int16Array(0);
		return this.make(this.resampler.lengthFor(this.first + this.input.length) - this.made);
	}

	private make(count: number): Int16Array {
		if (count <= 0) return new Int16Array(0);
		const samples = this.resampler.make(this.made, count, (from, to) => this.stretch(from, to));
		this.made += count;
		const needed = Math.max(0, Math.min(this.rangeOf(this.made).from - this.first, this.input.length));
		this.input = this.input.slice(needed);
		this.first += needed;
		return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
	}

	private stretch(from: number, to: number): Float32Array {
		const part = new Float32Array(to - from);
		const begin = Math.max(from, this.first);
		const end = Math.min(to, this.first + this.input.length);
		if (end > begin) part.set(this.input.subarray(begin - this.first, end - this.first), begin - from);
		return part;
	}

	/** The input that output sample `place` is made of, as the resampler asks for it. */
	private rangeOf(place: number): { from: number; to: number } {
		let range = { from: 0, to: 0 };
		this.resampler.make(place, 1, (from, to) => {
			range = { from, to };
			return new Float32Array(to - from);
		});
		return range;
	}
}
