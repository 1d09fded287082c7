import { LISTEN_RATE } from './pcm';

const WINDOW_SAMPLES = 400;
export const HOP_SAMPLES = 160;
const BINS = WINDOW_SAMPLES / 2 + 1;
const RADICES = [4, 4, 5, 5];
const LEAST_POWER = 1e-10;

/** Slaney's mel scale: straight up to 1 kHz, then logarithmic. */
const STRAIGHT_HZ = 1000;
const HZ_A_MEL = 200 / 3;
const STEPS_OF_LOG = 27 / Math.log(6.4);

const hann = Float64Array.from({ length: WINDOW_SAMPLES }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / WINDOW_SAMPLES));
const stages = fourierStages();
/** By how many bands there are. */
const filterBanks = new Map<number, readonly Filter[]>();

interface Filter {
	readonly from: number;
	readonly weights: readonly number[];
}

/** Samples `from` up to `to`, without it, that are not all alike. */
export interface Sounding {
	readonly from: number;
	readonly to: number;
}

/**
 * Whisper's features of `sound` (16 kHz, -1..1): the logarithms of `bands` mel bands of frames of 10 ms, band by band, levelled as
 * Whisper's are. What is outside `sounding` must be of one value, before it and after it: that is looked at once.
 */
export function logMel(sound: Float64Array, bands: number, sounding: Sounding): Float32Array {
	const frames = Math.floor(sound.length / HOP_SAMPLES);
	const filters = filterBankOf(bands);
	const logs = new Float32Array(bands * frames);
	const fourier = new Fourier();
	// The last one before all that sounds, and the first one after it.
	const first = Math.max(0, Math.floor((sounding.from - WINDOW_SAMPLES / 2) / HOP_SAMPLES));
	const last = Math.min(frames - 1, Math.ceil((sounding.to + WINDOW_SAMPLES / 2) / HOP_SAMPLES));
	for (let frame = first; frame <= last; frame += 2) {
		fourier.powers(sound, frame * HOP_SAMPLES - WINDOW_SAMPLES / 2);
		writeBands(logs, filters, frame, frames, fourier.first);
		if (frame < last) writeBands(logs, filters, frame + 1, frames, fourier.second);
	}
	for (let band = 0; band < bands; band++) {
		const row = logs.subarray(band * frames, (band + 1) * frames);
		row.fill(row[first] ?? 0, 0, first);
		row.fill(row[last] ?? 0, last + 1);
	}
	return levelled(logs);
}

function writeBands(logs: Float32Array, filters: readonly Filter[], frame: number, frames: number, powers: Float64Array): void {
	filters.forEach(({ from, weights }, band) => {
		let power = 0;
		weights.forEach((weight, at) => (power += weight * (powers[from + at] ?? 0)));
		logs[band * frames + frame] = Math.log10(Math.max(LEAST_POWER, power));
	});
}

/** Nothing is further than 80 dB below the loudest. */
function levelled(logs: Float32Array): Float32Array {
	const floor = logs.reduce((most, each) => Math.max(most, each), -Infinity) - 8;
	return logs.map((each) => (Math.max(each, floor) + 4) / 4);
}

/** Two real frames a transform, one of them as the imaginary part. */
class Fourier {
	readonly first = new Float64Array(BINS);
	readonly second = new Float64Array(BINS);
	private real = new Float64Array(WINDOW_SAMPLES);
	private imaginary = new Float64Array(WINDOW_SAMPLES);
	private nextReal = new Float64Array(WINDOW_SAMPLES);
	private nextImaginary = new Float64Array(WINDOW_SAMPLES);

	/** The powers of the frame that begins at `from`, and of the one after it. Both ends of the sound are mirrored. */
	powers(sound: Float64Array, from: number): void {
		for (let at = 0; at < WINDOW_SAMPLES; at++) {
			const weight = hann[at] ?? 0;
			this.real[at] = weight * mirrored(sound, from + at);
			this.imaginary[at] = weight * mirrored(sound, from + HOP_SAMPLES + at);
		}
		for (const stage of stages) this.transform(stage);
		for (let bin = 0; bin < BINS; bin++) {
			const other = (WINDOW_SAMPLES - bin) % WINDOW_SAMPLES;
			const [re, im, otherRe, otherIm] = [this.real[bin] ?? 0, this.imaginary[bin] ?? 0, this.real[other] ?? 0, this.imaginary[other] ?? 0];
			this.first[bin] = ((re + otherRe) ** 2 + (im - otherIm) ** 2) / 4;
			this.second[bin] = ((im + otherIm) ** 2 + (otherRe - re) ** 2) / 4;
		}
	}

	private transform({ radix, before, after, cosines, sines }: Stage): void {
		const { real, imaginary, nextReal, nextImaginary } = this;
		for (let k = 0; k < before * radix; k++) {
			const row = (k % before) * after * radix;
			for (let p = 0; p < after; p++) {
				let re = 0;
				let im = 0;
				for (let s = 0; s < radix; s++) {
					const cosine = cosines[k * radix + s] ?? 0;
					const sine = sines[k * radix + s] ?? 0;
					const x = real[row + p + s * after] ?? 0;
					const y = imaginary[row + p + s * after] ?? 0;
					re += x * cosine + y * sine;
					im += y * cosine - x * sine;
				}
				nextReal[k * after + p] = re;
				nextImaginary[k * after + p] = im;
			}
		}
		[this.real, this.nextReal] = [nextReal, real];
		[this.imaginary, this.nextImaginary] = [nextImaginary, imaginary];
	}
}

function mirrored(sound: Float64Array, at: number): number {
	const last = sound.length - 1;
	return sound[at < 0 ? -at : at > last ? 2 * last - at : at] ?? 0;
}

interface Stage {
	readonly radix: number;
	/** Transforms of this length are joined, `radix` at a time, to `after` longer ones. */
	readonly before: number;
	readonly after: number;
	readonly cosines: Float64Array;
	readonly sines: Float64Array;
}

function fourierStages(): Stage[] {
	let before = 1;
	return RADICES.map((radix) => {
		const length = before * radix;
		const angle = (at: number): number => (2 * Math.PI * (Math.floor(at / radix) * (at % radix))) / length;
		const turns = Float64Array.from({ length: length * radix }, (_, at) => angle(at));
		const stage = { radix, before, after: WINDOW_SAMPLES / length, cosines: turns.map(Math.cos), sines: turns.map(Math.sin) };
		before = length;
		return stage;
	});
}

function melOf(hz: number): number {
	return hz < STRAIGHT_HZ ? hz / HZ_A_MEL : STRAIGHT_HZ / HZ_A_MEL + Math.log(hz / STRAIGHT_HZ) * STEPS_OF_LOG;
}

function hzOf(mel: number): number {
	const straight = STRAIGHT_HZ / HZ_A_MEL;
	return mel < straight ? mel * HZ_A_MEL : STRAIGHT_HZ * Math.exp((mel - straight) / STEPS_OF_LOG);
}

function filterBankOf(bands: number): readonly Filter[] {
	const known = filterBanks.get(bands);
	if (known) return known;
	const made = melFilters(bands);
	filterBanks.set(bands, made);
	return made;
}

/** Triangles of equal area, each without the bins where it is 0. */
function melFilters(bands: number): Filter[] {
	const corner = (at: number): number => hzOf((melOf(LISTEN_RATE / 2) * at) / (bands + 1));
	return Array.from({ length: bands }, (_, band) => {
		const [low, middle, high] = [corner(band), corner(band + 1), corner(band + 2)];
		const weight = (bin: number): number => {
			const hz = (bin * LISTEN_RATE) / WINDOW_SAMPLES;
			return (2 / (high - low)) * Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
		};
		const bins = Array.from({ length: BINS }, (_, bin) => bin).filter((bin) => weight(bin) > 0);
		return { from: bins[0] ?? 0, weights: bins.map(weight) };
	});
}
