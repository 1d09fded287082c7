/**
 * Half width of the filter in periods of the lower of the two rates. 16 gives 97 taps from 48 to 16 kHz:
 * aliases stay below one step of 16 bit sound, at 1.2 ms of CPU per second.
 */
const HALF_WIDTH = 16;
/** Kaiser window for about 80 dB of stop band: more than 16 bit speech needs. */
const KAISER_BETA = 8;
/** The filter's edge as a part of the lower rate's Nyquist frequency: flat to 5.8 kHz when going to 16 kHz. */
const EDGE = 0.9;

/**
 * Converts mono 16 bit sound from one rate to another by a polyphase FIR filter. It keeps its state, so sound
 * may come in pieces of any length: the pieces' outputs joined equal the output of the pieces joined.
 * Output lags input by HALF_WIDTH periods of the lower rate (1 ms at 16 kHz).
 */
export class Resampler {
	private readonly up: number;
	private readonly down: number;
	/** phases[p][i] weighs the i-th newest input sample. */
	private readonly phases: readonly Float64Array[];
	private readonly history: number;
	private work = new Float64Array(0);
	/** Where the next output sample lies, in steps of 1 / (from * up), counted from the next input sample. */
	private position = 0;

	constructor(
		readonly from: number,
		readonly to: number,
	) {
		const divisor = greatestCommonDivisor(from, to);
		this.up = to / divisor;
		this.down = from / divisor;
		this.phases = from === to ? [] : design(this.up, this.down);
		this.history = Math.max((this.phases[0]?.length ?? 1) - 1, 0);
		this.work = new Float64Array(this.history);
	}

	push(input: Int16Array): Int16Array {
		if (this.phases.length === 0) return input.slice();
		const { history, up, down } = this;
		const work = this.room(input.length);
		for (let i = 0; i < input.length; i++) work[history + i] = input[i] as number;
		const end = input.length * up;
		const output = new Int16Array(Math.max(Math.ceil((end - this.position) / down), 0));
		for (let n = 0; n < output.length; n++) {
			const phase = this.phases[this.position % up] as Float64Array;
			const newest = history + Math.floor(this.position / up);
			let sum = 0;
			for (let i = 0; i < phase.length; i++) sum += (phase[i] as number) * (work[newest - i] as number);
			output[n] = Math.max(-32768, Math.min(32767, Math.round(sum)));
			this.position += down;
		}
		this.position -= end;
		work.copyWithin(0, input.length, input.length + history);
		return output;
	}

	/** The work buffer: the last inputs that the filter still needs, then room for `length` new ones. */
	private room(length: number): Float64Array {
		const needed = this.history + length;
		if (this.work.length < needed) {
			const grown = new Float64Array(needed);
			grown.set(this.work.subarray(0, this.history));
			this.work = grown;
		}
		return this.work;
	}
}

/** A windowed sinc at the rate from * up, split into its phases. */
function design(up: number, down: number): Float64Array[] {
	const stretch = Math.max(up, down);
	const half = HALF_WIDTH * stretch;
	const taps = 2 * half + 1;
	const cutoff = (0.5 * EDGE) / stretch;
	const perPhase = Math.ceil(taps / up);
	const phases = Array.from({ length: up }, () => new Float64Array(perPhase));
	for (let k = 0; k < taps; k++) {
		const t = k - half;
		const sinc = t === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * t) / (Math.PI * t);
		const window = bessel(KAISER_BETA * Math.sqrt(1 - (t / half) ** 2)) / bessel(KAISER_BETA);
		(phases[k % up] as Float64Array)[Math.floor(k / up)] = sinc * window;
	}
	for (const phase of phases) normalise(phase);
	return phases;
}

/** Every phase passes a constant unchanged, or silence with an offset would come out as a tone. */
function normalise(phase: Float64Array): void {
	const sum = phase.reduce((total, value) => total + value, 0);
	for (let i = 0; i < phase.length; i++) phase[i] = (phase[i] as number) / sum;
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

function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
