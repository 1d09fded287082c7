/** Half the filter's length in periods of the lower rate. 16 makes 97 taps from 48 to 16 kHz: 1 ms of CPU a second. */
const HALF_WIDTH = 16;
/** A Kaiser window of some 80 dB of stop band: what folds back stays below one step of 16 bit sound. */
const KAISER_BETA = 8;
/** The filter's edge as a share of the lower rate's Nyquist frequency: flat to 5.9 kHz on the way to 16 kHz. */
const EDGE = 0.9;
/** Odd pairs of rates have thousands of places between two samples; the nearest of this many is close enough. */
const MAX_PHASES = 1024;

/**
 * `immediate`: `push` gives at once as many samples as its input stands for. The sound in them lies HALF_WIDTH periods
 * of the lower rate too late: 1 ms on the way to 16 kHz. For live sound, whose frames must not wait.
 *
 * `aligned`: output sample `n` lies exactly at `n * from / to` of the input. `push` holds back what depends on sound
 * that is still to come; `end` gives it. For files and for speech that is made ahead.
 */
export type ResamplerTiming = 'immediate' | 'aligned';

/**
 * Converts mono sound from one rate to another by a polyphase FIR filter, any pair of rates. It keeps its state: sound
 * may come in pieces of any length, and their outputs joined equal the output of the pieces joined.
 */
export class Resampler {
	/** `to / from` in lowest terms; places are counted in steps of `1 / up` of an input sample. */
	private readonly up: number;
	private readonly down: number;
	/** Half the filter's length, in those steps. */
	private readonly half: number;
	private readonly taps: number;
	private readonly phases: number;
	/** By phase: the weights of the input samples up to the newest that an output sample needs, oldest first. */
	private readonly kernels: Float64Array[] = [];
	/** The inputs that the filter still needs, then room for new ones. */
	private work: Float64Array;
	/** Where the next output's newest input lies, in steps from the next input sample. */
	private position: number;
	private taken = 0;
	private made = 0;

	constructor(
		readonly from: number,
		readonly to: number,
		timing: ResamplerTiming = 'immediate',
	) {
		const divisor = greatestCommonDivisor(from, to);
		this.up = to / divisor;
		this.down = from / divisor;
		this.half = HALF_WIDTH * Math.max(this.up, this.down);
		this.taps = Math.floor((2 * this.half) / this.up) + 1;
		this.phases = Math.min(this.up, MAX_PHASES);
		this.work = new Float64Array(this.taps - 1);
		this.position = timing === 'aligned' ? this.half : 0;
	}

	/** `input` in the range of 16 bit samples; so is the output, rounded and clipped. */
	push(input: Int16Array | Float32Array): Int16Array {
		if (this.from === this.to) return rounded(input);
		const { up, down, taps } = this;
		const history = taps - 1;
		const work = this.room(input.length);
		work.set(input, history);
		const end = input.length * up;
		const output = new Int16Array(Math.max(0, Math.ceil((end - this.position) / down)));
		for (let n = 0; n < output.length; n++) {
			const kernel = this.kernel(this.position % up);
			const oldest = Math.floor(this.position / up);
			let sum = 0;
			// `?? 0` costs nothing here: measured.
			for (let tap = 0; tap < taps; tap++) sum += (kernel[tap] ?? 0) * (work[oldest + tap] ?? 0);
			output[n] = toSample(sum);
			this.position += down;
		}
		this.position -= end;
		this.taken += input.length;
		this.made += output.length;
		work.copyWithin(0, input.length, input.length + history);
		return output;
	}

	/** The rest, as if silence followed: all outputs together stand for all of the input. Nothing may be pushed after it. */
	end(): Int16Array {
		if (this.from === this.to) return new Int16Array(0);
		const missing = Math.ceil((this.taken * this.up) / this.down) - this.made;
		return this.push(new Int16Array(Math.ceil(this.half / this.up))).slice(0, missing);
	}

	private room(length: number): Float64Array {
		const history = this.taps - 1;
		if (this.work.length < history + length) {
			const grown = new Float64Array(history + length);
			grown.set(this.work.subarray(0, history));
			this.work = grown;
		}
		return this.work;
	}

	/** For an output whose newest input lies `remainder` steps before the end of the filter's reach. */
	private kernel(remainder: number): Float64Array {
		const phase = Math.round((remainder * this.phases) / this.up);
		return (this.kernels[phase] ??= makeKernel(this.taps, this.half / this.up, phase / this.phases, EDGE * Math.min(1, this.up / this.down)));
	}
}

/** A sinc of the relative band width `band` under a Kaiser window of `half` input samples to both sides. */
function makeKernel(taps: number, half: number, fraction: number, band: number): Float64Array {
	const kernel = new Float64Array(taps);
	let total = 0;
	for (let tap = 0; tap < taps; tap++) {
		const distance = half - fraction - (taps - 1 - tap);
		const weight = sinc(band * distance) * kaiser(distance / half);
		kernel[tap] = weight;
		total += weight;
	}
	// Every phase passes a constant unchanged, or silence with an offset would come out as a tone.
	return kernel.map((weight) => weight / total);
}

function sinc(x: number): number {
	return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Over -1..1, to some factor. */
function kaiser(x: number): number {
	return Math.abs(x) > 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x ** 2));
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
	let sum = 1;
	let term = 1;
	for (let k = 1; term > 1e-12 * sum; k++) {
		term *= (x / (2 * k)) ** 2;
		sum += term;
	}
	return sum;
}

function rounded(input: Int16Array | Float32Array): Int16Array {
	const output = new Int16Array(input.length);
	for (let n = 0; n < output.length; n++) output[n] = toSample(input[n] ?? 0);
	return output;
}

function toSample(value: number): number {
	return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
