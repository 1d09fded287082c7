/** Zero crossings of the sinc on either side: with the Blackman window more than 70 dB of stop band. */
const CROSSINGS = 12;

/** Of the narrower band's edge: the window's transition lies inside the pass band, so nothing folds back. */
const CUTOFF = 0.94;

/**
 * A recording at another sample rate, by windowed-sinc interpolation. The output has
 * `ceil(length * to / from)` samples, sample 0 stays where it is.
 */
export function resample(input: Float32Array, from: number, to: number): Float32Array {
	if (from === to) return input;
	const divisor = greatestCommonDivisor(from, to);
	const step = from / divisor;
	const phases = to / divisor;
	const kernels = new Map<number, Float32Array>();
	// In input samples: a lower output rate needs a longer, narrower filter.
	const band = CUTOFF * Math.min(1, to / from);
	const reach = Math.ceil(CROSSINGS / band);

	const output = new Float32Array(Math.ceil((input.length * to) / from));
	for (let index = 0; index < output.length; index++) {
		const position = index * step;
		const phase = position % phases;
		let kernel = kernels.get(phase);
		if (!kernel) kernels.set(phase, (kernel = makeKernel(phase / phases, band, reach)));
		const first = (position - phase) / phases - reach + 1;
		let sum = 0;
		const end = Math.min(kernel.length, input.length - first);
		for (let tap = Math.max(0, -first); tap < end; tap++) sum += kernel[tap]! * input[first + tap]!;
		output[index] = sum;
	}
	return output;
}

/** Weights of the `2 * reach` input samples around a place `fraction` after the `reach`th of them. */
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
