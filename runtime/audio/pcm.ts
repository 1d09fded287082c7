import { z } from 'zod';

/**
 * The sound that travels between processes: always mono, signed 16 bit, host byte order.
 *
 * What a caller says travels at 16 kHz (what recognisers and Silero VAD take); what a voice says
 * travels at the voice's own rate (Orpheus 24 kHz, flite 16 kHz) as wrtc encodes from any of them.
 */
export const LISTEN_RATE = 16_000;

/** wrtc takes and gives exactly 10 ms a call. */
export const FRAME_MS = 10;

/** Rates that wrtc encodes from. At 22 050 Hz it takes 220 samples for its 10 ms. */
export const SPEAK_RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000] as const;

export function samplesToMs(samples: number, sampleRate: number): number {
	return (samples * 1000) / sampleRate;
}

export function msToSamples(ms: number, sampleRate: number): number {
	return Math.round((ms * sampleRate) / 1000);
}

/** -50 dBFS: a soft beginning such as an f is louder, breath, coding noise and a voice's noise floor are not. */
const AUDIBLE = 104;

export function isAudible(sample: number): boolean {
	return Math.abs(sample) >= AUDIBLE;
}

/** 16 bit samples as the models take them, -1..1. */
export function toFloat(pcm: Int16Array, into = new Float32Array(pcm.length), at = 0): Float32Array {
	for (let index = 0; index < pcm.length; index++) into[at + index] = (pcm[index] ?? 0) / 32_768;
	return into;
}

/** Pieces of sound as one. */
export function joinPcm(pieces: readonly Int16Array[]): Int16Array {
	const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		whole.set(piece, at);
		at += piece.length;
	}
	return whole;
}

/** `instanceof` fails for arrays that come from another realm (jest runs tests in one), so look at the tag. */
export function isPcm(value: unknown): value is Int16Array {
	return Object.prototype.toString.call(value) === '[object Int16Array]';
}

const MAX_SAMPLES = 960_000;
const BASE64_CHARACTERS = 4 * Math.ceil((MAX_SAMPLES * Int16Array.BYTES_PER_ELEMENT) / 3);

/** Between processes all is text: sound travels as the base64 of its bytes. */
export function soundAsText(sound: Int16Array): string {
	return Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64');
}

/** A copy of its own: Buffer keeps small ones together, and a worker would be sent all of them. */
function soundOf(text: string): Int16Array {
	const bytes = Buffer.from(text, 'base64');
	const sound = new Int16Array(Math.floor(bytes.length / Int16Array.BYTES_PER_ELEMENT));
	bytes.copy(new Uint8Array(sound.buffer), 0, 0, sound.byteLength);
	return sound;
}

/** Mono signed 16 bit samples, at most 20 s at 48 kHz a message; or their text, from another process. */
export const pcm = z
	.custom<Int16Array | string>(
		(value) => (typeof value === 'string' ? value.length <= BASE64_CHARACTERS : isPcm(value) && value.length <= MAX_SAMPLES),
		`expected an Int16Array of at most ${MAX_SAMPLES} samples`,
	)
	.transform((value) => (typeof value === 'string' ? soundOf(value) : value));

/** Samples a message to a worker carries: its limit is 960000. */
const PIECE_SAMPLES = 480_000;

/** Copies, as messages to a worker carry them. */
export function piecesOf(pcm: Int16Array): Int16Array[] {
	const pieces: Int16Array[] = [];
	for (let from = 0; from < pcm.length; from += PIECE_SAMPLES) pieces.push(pcm.slice(from, from + PIECE_SAMPLES));
	return pieces;
}
