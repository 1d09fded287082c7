import { setImmediate as turn } from 'node:timers/promises';
import { LISTEN_RATE } from './pcm';
import { type ReadInput, Resampler } from './file-resampler';
import { type WavFile, badAudio, parseWav } from './wav';

const MAX_MINUTES = 10;

/** Output samples made at a time: one second takes some milliseconds. */
const STEP = LISTEN_RATE;

/**
 * A WAV recording as the recognisers take it: 16 kHz mono, signed 16 bit; channels are averaged.
 * Reads PCM of 8 to 32 bit and float of 32 or 64, any rate and up to 32 channels, at most 10 minutes.
 * Throws VOICE_ERR_BAD_AUDIO. Blocks for up to some seconds: a process that has callers uses `readRecording`.
 */
export function decodeWav(bytes: Uint8Array): Int16Array {
	const steps = decoding(bytes);
	let step = steps.next();
	while (!step.done) step = steps.next();
	return step.value;
}

/** As `decodeWav`, and lets other work pass every few milliseconds. */
export async function readRecording(bytes: Uint8Array): Promise<Int16Array> {
	const steps = decoding(bytes);
	let step = steps.next();
	while (!step.done) {
		await turn();
		step = steps.next();
	}
	return step.value;
}

/** One second a step. */
function* decoding(bytes: Uint8Array): Generator<undefined, Int16Array> {
	const file = parseWav(bytes);
	const { sampleRate } = file.format;
	const frames = Math.floor(file.data.length / frameBytes(file));
	if (frames === 0) throw badAudio('It holds no sound.');
	if (frames > MAX_MINUTES * 60 * sampleRate) throw badAudio(`It is longer than ${MAX_MINUTES} minutes.`);
	const resampler = new Resampler(sampleRate, LISTEN_RATE);
	const read = monoReader(file, frames);
	const pcm = new Int16Array(resampler.lengthFor(frames));
	for (let start = 0; start < pcm.length; start += STEP) {
		const samples = resampler.make(start, Math.min(STEP, pcm.length - start), read);
		for (let index = 0; index < samples.length; index++) {
			pcm[start + index] = Math.max(-32_768, Math.min(32_767, Math.round(samples[index]! * 32_768)));
		}
		yield;
	}
	return pcm;
}

function frameBytes({ format }: WavFile): number {
	return (format.channels * format.bits) / 8;
}

function monoReader(file: WavFile, frames: number): ReadInput {
	const { channels, bits } = file.format;
	const sampleAt = sampleReader(file);
	const width = bits / 8;
	return (from, to) => {
		const mono = new Float32Array(to - from);
		for (let frame = Math.max(0, from); frame < Math.min(frames, to); frame++) {
			let sum = 0;
			for (let channel = 0; channel < channels; channel++) sum += sampleAt((frame * channels + channel) * width);
			const value = sum / channels;
			// A broken float sample (NaN, infinite) would spoil all that the filter touches.
			mono[frame - from] = Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
		}
		return mono;
	};
}

/** The sample at a place in the file, -1..1. */
function sampleReader({ data, format: { encoding, bits } }: WavFile): (at: number) => number {
	if (encoding === 'float') return bits === 32 ? (at) => data.readFloatLE(at) : (at) => data.readDoubleLE(at);
	// 8 bit samples are the only unsigned ones.
	if (bits === 8) return (at) => (data[at]! - 128) / 128;
	const width = bits / 8;
	const full = 2 ** (bits - 1);
	return (at) => data.readIntLE(at, width) / full;
}
