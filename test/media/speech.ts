import { execFileSync } from 'node:child_process';
import { decodeWav } from '../../runtime/audio/wav';

/** Real synthesised speech, 16 kHz. */
export function speech(text: string, voice = 'en-us+f3'): Int16Array {
	return decodeWav(execFileSync('espeak-ng', ['--stdout', '-v', voice, text], { maxBuffer: 1 << 26 }));
}

/** The median from which on two sounds are the same speech; another sentence of the same voice reaches 0.38. */
export const ALIKE = 0.5;

/** 0.2 s at 16 kHz: jitter buffers stretch time, so longer stretches do not fit anywhere on a busy machine. */
const SEGMENT = 3200;
/** How far a stretch may be shifted against the whole. */
const REACH = 8000;
/** Correlating every fourth sample (4 kHz) finds the place; the fit itself is taken at the full rate. */
const STEP = 4;
const BLOCK = 160;

/** How well each stretch of `source` is found in `heard`, about where it belongs: 1 is perfectly. Silence is left out. */
export function likeness(source: Int16Array, heard: Int16Array): number[] {
	const offset = place(loudness(source), loudness(heard)) * BLOCK;
	const found: number[] = [];
	for (let from = 0; from + SEGMENT <= source.length; from += SEGMENT) {
		const segment = source.subarray(from, from + SEGMENT);
		if (segment.reduce((sum, sample) => sum + sample ** 2, 0) / SEGMENT < 300 ** 2) continue;
		const last = heard.length - SEGMENT;
		const rough = best(segment, heard, Math.max(offset + from - REACH, 0), Math.min(offset + from + REACH, last), STEP);
		found.push(best(segment, heard, Math.max(rough.lag - STEP, 0), Math.min(rough.lag + STEP, last), 1).fit);
	}
	return found;
}

/** RMS of every 10 ms. */
function loudness(sound: Int16Array): number[] {
	const blocks: number[] = [];
	for (let from = 0; from + BLOCK <= sound.length; from += BLOCK) {
		blocks.push(Math.sqrt(sound.subarray(from, from + BLOCK).reduce((sum, sample) => sum + sample ** 2, 0) / BLOCK));
	}
	return blocks;
}

/** Where in `whole` its rise and fall is most like that of `part`; it may stick out at either end. */
function place(part: number[], whole: number[]): number {
	let lag = 0;
	let top = -1;
	for (let at = -50; at < whole.length; at++) {
		let product = 0;
		part.forEach((value, index) => (product += value * (whole[at + index] ?? 0)));
		if (product > top) [top, lag] = [product, at];
	}
	return lag;
}

function best(segment: Int16Array, heard: Int16Array, from: number, to: number, step: number): { fit: number; lag: number } {
	let top = { fit: 0, lag: Math.max(from, 0) };
	for (let lag = from; lag <= to; lag += step) {
		const here = fit(segment, heard, lag, step);
		if (here > top.fit) top = { fit: here, lag };
	}
	return top;
}

function fit(segment: Int16Array, heard: Int16Array, lag: number, step: number): number {
	let product = 0;
	let own = 0;
	let other = 0;
	for (let i = 0; i < segment.length; i += step) {
		const a = segment[i] as number;
		const b = heard[lag + i] as number;
		product += a * b;
		own += a * a;
		other += b * b;
	}
	return other === 0 ? 0 : product / Math.sqrt(own * other);
}

export function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
