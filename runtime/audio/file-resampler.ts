/** Zero crossings of the sinc on either side: with the Blackman window more than 70 dB of stop band. */
const CROSSINGS = 12;

/** Of the narrower band's edge: the window's transition lies inside the pass band, so hardly anything folds back. */
const CUTOFF = 0.94;

/** Odd pairs of rates have thousands of places between two samples; the nearest of this many is close enough. */
const MAX_PHASES = 1024;

/** One second or so of the input, asked for by place; zeros before its start and after its end. */
export type ReadInput = (from: number, to: number) => Float32Array;

/**
 * Brings sound to another sample rate by windowed-sinc interpolation, any stretch of it at a time: output
 * sample `n` lies at `n * from / to` of the input, whichever stretch it is made in.
 */
export class FileResampler {
	private readonly kernels: Float32Array[] = [];
	private readonly phases: number;
	private readonly step: number;
	private readonly scale: number;
	private readonly band: number;
	private readonly reach: number;

	constructor(
		private readonly from: number,
		private readonly to: number,
	) {
		const divisor = greatestCommonDivisor(from, to);
		this.step = from / divisor;
		this.scale = to / divisor;
		this.phases = Math.min(this.scale, MAX_PHASES);
		// A lower output rate needs a narrower and, in input samples, longer filter.
		this.band = CUTOFF * Math.min(1, to / from);
		this.reach = Math.ceil(CROSSINGS / this.band);
	}

	/** Output samples that stand for this many of the input. */
	lengthFor(inputLength: number): number {
		return Math.ceil((inputLength * this.to) / this.from);
	}

	/** `count` output samples from the one numbered `start`. */
	make(start: number, count: number, read: ReadInput): Float32Array {
		if (this.from === this.to) return read(start, start + count);
		const origin = this.firstTap(start);
		const input = read(origin, this.firstTap(start + count) + 2 * this.reach);
		const output = new Float32Array(count);
		for (let index = 0; index < count; index++) {
			const kernel = this.kernel(((start + index) * this.step) % this.scale);
			const first = this.firstTap(start + index) - origin;
			let sum = 0;
			for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap]! * input[first + tap]!;
			output[index] = sum;
		}
		return output;
	}

	private firstTap(outputIndex: number): number {
		return Math.floor((outputIndex * this.step) / this.scale) - this.reach + 1;
	}

	/** Weights of the `2 * reach` input samples around a place `remainder / scale` after the `reach`th of them. */
	private kernel(remainder: number): Float32Array {
		const phase = Math.round((remainder * this.phases) / this.scale);
		return (this.kernels[phase] ??= makeKernel(phase / this.phases, this.band, this.reach));
	}
}

function makeKernel(fraction: number, band: number, reach: number): Float32Array {
	const kernel = new Float32Array(2 * reach);
	let total = 0;
	for (let tap = 0; tap < kernel.length; tap++) {
		const distance = tap - (reach - 1) - fraction;
		kernel[tap] = sinc(band * distance) * blackman(distance / reach);
		total += kernel[tap]!;
	}
	// Equal sums keep a constant constant whatever the phase.
	return kernel.map((weight) => weight / total);
}

function sinc(x: number): number {
	return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Over -1..1. */
function blackman(x: number): number {
	return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
