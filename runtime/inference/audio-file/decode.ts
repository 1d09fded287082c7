import { LISTEN_RATE } from '../../contract/audio';
import { resample } from './resample';
import { type WavFormat, badAudio, parseWav } from './wav';

const MAX_MINUTES = 10;

/**
 * A WAV recording as the recognisers take it: 16 kHz mono, signed 16 bit; channels are averaged.
 * Reads PCM of 8 to 32 bit and float of 32 or 64, any rate and up to 32 channels, at most 10 minutes.
 * Throws VOICE_ERR_BAD_AUDIO.
 */
export function decodeWav(bytes: Uint8Array): Int16Array {
	const { format, data } = parseWav(bytes);
	const frames = Math.floor(data.length / ((format.channels * format.bits) / 8));
	if (frames === 0) throw badAudio('It holds no sound.');
	if (frames > MAX_MINUTES * 60 * format.sampleRate) throw badAudio(`It is longer than ${MAX_MINUTES} minutes.`);
	return toPcm(resample(mixDown(data, format, frames), format.sampleRate, LISTEN_RATE));
}

function mixDown(data: Buffer, format: WavFormat, frames: number): Float32Array {
	const read = reader(data, format);
	const width = format.bits / 8;
	const mono = new Float32Array(frames);
	for (let frame = 0, at = 0; frame < frames; frame++) {
		let sum = 0;
		for (let channel = 0; channel < format.channels; channel++, at += width) sum += read(at);
		const value = sum / format.channels;
		// A broken float sample (NaN, infinite) would spoil all that the filter touches.
		mono[frame] = Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
	}
	return mono;
}

/** The sample at a place in the file, -1..1. */
function reader(data: Buffer, { encoding, bits }: WavFormat): (at: number) => number {
	if (encoding === 'float') return bits === 32 ? (at) => data.readFloatLE(at) : (at) => data.readDoubleLE(at);
	// 8 bit samples are the only unsigned ones.
	if (bits === 8) return (at) => (data[at]! - 128) / 128;
	const width = bits / 8;
	const full = 2 ** (bits - 1);
	return (at) => data.readIntLE(at, width) / full;
}

function toPcm(samples: Float32Array): Int16Array {
	const pcm = new Int16Array(samples.length);
	for (let index = 0; index < pcm.length; index++) {
		pcm[index] = Math.max(-32_768, Math.min(32_767, Math.round(samples[index]! * 32_768)));
	}
	return pcm;
}
