import { VoiceError } from '../contract/errors';

/** How a WAV file says its samples are written. */
type Encoding = 'pcm' | 'float';

export interface WavFormat {
	readonly encoding: Encoding;
	readonly channels: number;
	readonly sampleRate: number;
	readonly bits: number;
}

export interface WavFile {
	readonly format: WavFormat;
	/** Interleaved samples as they stand in the file. */
	readonly data: Buffer;
}

const HEADER_BYTES = 44;
const FORMAT_TAGS: Readonly<Record<number, Encoding>> = { 1: 'pcm', 3: 'float' };
const EXTENSIBLE = 0xfffe;
/** The part of an extensible format's GUID that follows its tag: KSDATAFORMAT_SUBTYPE of mmreg.h. */
const GUID_TAIL = '000000001000800000aa00389b71';

const BITS: Readonly<Record<Encoding, readonly number[]>> = { pcm: [8, 16, 24, 32], float: [32, 64] };
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
			if (!format) throw badAudio('Its samples come before their format.');
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
	if (!BITS[encoding].includes(bits)) throw badAudio(`Samples of ${bits} bit cannot be read.`);
	if (channels < 1 || channels > MAX_CHANNELS) throw badAudio(`It has ${channels} channels.`);
	if (body.readUInt16LE(12) !== (channels * bits) / 8) throw badAudio('The WAV header contradicts itself.');
	if (sampleRate < RATES.min || sampleRate > RATES.max) throw badAudio(`Its rate is ${sampleRate} Hz.`);
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
	if (start.startsWith('ID3') || (file[0] === 0xff && (file[1]! & 0xe0) === 0xe0)) return 'an MP3 file';
	if (start === 'OggS') return 'an Ogg file';
	if (start === 'fLaC') return 'a FLAC file';
	if (start === 'RF64' || start === 'RIFX') return `a WAV file of the rare kind ${start}`;
	if (tag(file, 4) === 'ftyp') return 'an MP4 or M4A file';
	if (start === '\x1aE\xdf\xa3') return 'a WebM file';
	return 'no WAV file';
}

function tag(file: Buffer, at: number): string {
	return file.toString('latin1', at, at + 4);
}

export function badAudio(why: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_AUDIO', `The recording cannot be read. ${why}`);
}
