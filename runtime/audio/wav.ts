import { setImmediate as letOthersRun } from 'node:timers/promises';
import { VoiceError } from '../contract/errors';
import { fromALaw, fromMuLaw } from './g711';
import { joinPcm, LISTEN_RATE } from './pcm';
import { Resampler } from './resampler';

/** How a WAV file says its samples are written. */
type Encoding = 'pcm' | 'float' | 'alaw' | 'mulaw';

export interface WavFormat {
	readonly encoding: Encoding;
	readonly channels: number;
	readonly sampleRate: number;
	readonly bits: number;
}

interface WavFile {
	readonly format: WavFormat;
	/** Interleaved samples as they stand in the file. */
	readonly data: Buffer;
}

const MAX_MINUTES = 10;
const HEADER_BYTES = 44;
const FORMAT_TAGS: Readonly<Record<number, Encoding>> = { 1: 'pcm', 3: 'float', 6: 'alaw', 7: 'mulaw' };
const EXTENSIBLE = 0xfffe;
/** The part of an extensible format's GUID that follows its tag: KSDATAFORMAT_SUBTYPE of mmreg.h. */
const GUID_TAIL = '000000001000800000aa00389b71';

const BITS: Readonly<Record<Encoding, readonly number[]>> = { pcm: [8, 16, 24, 32], float: [32, 64], alaw: [8], mulaw: [8] };
const MAX_CHANNELS = 32;
const RATES = { min: 1_000, max: 768_000 };

/** One mono WAV file, signed 16 bit, of the pieces in order. */
export function encodeWav(pieces: readonly Int16Array[], sampleRate: number): Buffer {
	const samples = pieces.reduce((sum, piece) => sum + piece.length, 0);
	const file = Buffer.alloc(HEADER_BYTES + samples * 2);
	file.write('RIFF', 0, 'latin1');
	file.writeUInt32LE(file.length - 8, 4);
	file.write('WAVEfmt ', 8, 'latin1');
	file.writeUInt32LE(16, 16);
	file.writeUInt16LE(1, 20);
	file.writeUInt16LE(1, 22);
	file.writeUInt32LE(sampleRate, 24);
	file.writeUInt32LE(sampleRate * 2, 28);
	file.writeUInt16LE(2, 32);
	file.writeUInt16LE(16, 34);
	file.write('data', 36, 'latin1');
	file.writeUInt32LE(samples * 2, 40);
	let at = HEADER_BYTES;
	for (const piece of pieces) for (const sample of piece) at = file.writeInt16LE(sample, at);
	return file;
}

/** Finds the samples of a WAV file. Throws VOICE_ERR_BAD_AUDIO for anything else. */
export function parseWav(bytes: Uint8Array): WavFile {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (tag(file, 0) !== 'RIFF' || tag(file, 8) !== 'WAVE') throw badAudio(`It is ${kind(file)}.`);
	let format: WavFormat | undefined;
	for (let at = 12; at + 8 <= file.length; ) {
		const name = tag(file, at);
		const size = file.readUInt32LE(at + 4);
		const body = file.subarray(at + 8, at + 8 + size);
		if (name === 'fmt ') format = parseFormat(body);
		else if (name === 'data') {
			if (!format) throw badAudio('Its samples come before the header that describes them.');
			// A recorder that wrote into a pipe, or died, left 0 or too much as the size.
			return { format, data: size === 0 ? file.subarray(at + 8) : body };
		}
		// Chunks start at even places.
		at += 8 + size + (size % 2);
	}
	throw badAudio('The WAV file has no samples.');
}

function parseFormat(body: Buffer): WavFormat {
	if (body.length < 16) throw badAudio('The WAV header is cut short.');
	const encoding = FORMAT_TAGS[formatTag(body)];
	const channels = body.readUInt16LE(2);
	const sampleRate = body.readUInt32LE(4);
	const bits = body.readUInt16LE(14);
	if (!encoding) throw badAudio(`Its samples are compressed (WAV format ${formatTag(body)}).`);
	if (!BITS[encoding].includes(bits)) throw badAudio(`Samples of ${bits} bits are not supported.`);
	if (channels < 1 || channels > MAX_CHANNELS) throw badAudio(`It has ${channels} channels; 1 to ${MAX_CHANNELS} are supported.`);
	if (body.readUInt16LE(12) !== (channels * bits) / 8) throw badAudio('The WAV header contradicts itself.');
	if (sampleRate < RATES.min || sampleRate > RATES.max) throw badAudio(`Its sample rate is ${sampleRate} Hz; ${RATES.min} to ${RATES.max} are supported.`);
	return { encoding, channels, sampleRate, bits };
}

function formatTag(body: Buffer): number {
	const plain = body.readUInt16LE(0);
	if (plain !== EXTENSIBLE || body.length < 40) return plain;
	return body.toString('hex', 26, 40) === GUID_TAIL ? body.readUInt16LE(24) : plain;
}

/** What a person may have given by mistake. */
function kind(file: Buffer): string {
	if (file.length === 0) return 'an empty file';
	const start = tag(file, 0);
	if (start.startsWith('ID3') || (file[0] === 0xff && ((file[1] ?? 0) & 0xe0) === 0xe0)) return 'an MP3 file';
	if (start === 'OggS') return 'an Ogg file';
	if (start === 'fLaC') return 'a FLAC file';
	if (start === 'RF64' || start === 'RIFX') return `a WAV file of the type ${start}, which is not supported`;
	if (tag(file, 4) === 'ftyp') return 'an MP4 or M4A file';
	if (start === '\x1aE\xdf\xa3') return 'a WebM file';
	return 'not a WAV file';
}

function tag(file: Buffer, at: number): string {
	return file.toString('latin1', at, at + 4);
}

function badAudio(why: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_AUDIO', `The recording cannot be read. ${why}`, {
		remedy: `Save it as a WAV file with PCM samples, at most ${MAX_MINUTES} minutes long.`,
	});
}

/**
 * A WAV recording as the recognisers take it: 16 kHz mono, signed 16 bit; channels are averaged.
 * Reads PCM of 8 to 32 bit, float of 32 or 64, and the telephone's A-law and µ-law, any rate and up to 32 channels, at most 10 minutes.
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
		await letOthersRun();
		step = steps.next();
	}
	return step.value;
}

/** A second of the recording a step, which takes some milliseconds. */
function* decoding(bytes: Uint8Array): Generator<undefined, Int16Array> {
	const file = parseWav(bytes);
	const { sampleRate } = file.format;
	const frames = Math.floor(file.data.length / frameBytes(file));
	if (frames === 0) throw badAudio('It contains no sound.');
	if (frames > MAX_MINUTES * 60 * sampleRate) throw badAudio(`It is longer than ${MAX_MINUTES} minutes.`);
	const resampler = new Resampler(sampleRate, LISTEN_RATE, 'aligned');
	const read = monoReader(file);
	const pieces: Int16Array[] = [];
	for (let from = 0; from < frames; from += sampleRate) {
		pieces.push(resampler.push(read(from, Math.min(frames, from + sampleRate))));
		yield;
	}
	return joinPcm([...pieces, resampler.end()]);
}

function frameBytes({ format }: WavFile): number {
	return (format.channels * format.bits) / 8;
}

/** The mean of a frame's channels, in the range of 16 bit samples, for frames from one number up to another. */
function monoReader(file: WavFile): (from: number, to: number) => Float32Array {
	const { channels, bits } = file.format;
	const sampleAt = sampleReader(file);
	const width = bits / 8;
	return (from, to) => {
		const mono = new Float32Array(to - from);
		for (let frame = from; frame < to; frame++) {
			let sum = 0;
			for (let channel = 0; channel < channels; channel++) sum += sampleAt((frame * channels + channel) * width);
			const value = sum / channels;
			// A broken float sample (NaN, infinite) would spoil all that the filter touches.
			mono[frame - from] = Number.isFinite(value) ? 32_768 * Math.max(-1, Math.min(1, value)) : 0;
		}
		return mono;
	};
}

/** The sample at a place in the file, -1..1. */
function sampleReader({ data, format: { encoding, bits } }: WavFile): (at: number) => number {
	if (encoding === 'float') return bits === 32 ? (at) => data.readFloatLE(at) : (at) => data.readDoubleLE(at);
	if (encoding === 'alaw') return (at) => fromALaw(data.readUInt8(at)) / 32_768;
	if (encoding === 'mulaw') return (at) => fromMuLaw(data.readUInt8(at)) / 32_768;
	// 8 bit samples are the only unsigned ones.
	if (bits === 8) return (at) => (data.readUInt8(at) - 128) / 128;
	const width = bits / 8;
	const full = 2 ** (bits - 1);
	return (at) => data.readIntLE(at, width) / full;
}
