import { execFileSync } from 'node:child_process';
import { decodeWav } from '../../runtime/inference/audio-file/decode';

/** Real synthesised speech, 16 kHz. */
export function speech(text: string, voice = 'en-us+f3'): Int16Array {
	return decodeWav(execFileSync('espeak-ng', ['--stdout', '-v', voice, text], { maxBuffer: 1 << 26 }));
}

/**
 * The median from which on two sounds are the same speech: another sentence of the same voice reaches 0.32, the same one
 * through Opus and a jitter buffer 0.95 on an idle machine and 0.7 on one that is out of CPU.
 */
export const ALIKE = 0.6;

/** Half a second at 16 kHz: jitter buffers stretch time, so longer stretches do not fit anywhere. */
const SEGMENT = 8000;
/** Correlating every fourth sample (4 kHz) finds the place; the fit itself is taken at the full rate. */
const STEP = 4;

/** How well each half second of `source` is found somewhere in `heard`: 1 is perfectly, silence is left out. */
export function likeness(source: Int16Array, heard: Int16Array): number[] {
	const found: number[] = [];
	for (let from = 0; from + SEGMENT <= source.length; from += SEGMENT) {
		const segment = source.subarray(from, from + SEGMENT);
		if (energy(segment) / SEGMENT < 200 ** 2) continue;
		const rough: Array<[number, number]> = [];
		for (let lag = 0; lag + SEGMENT <= heard.length; lag += STEP) rough.push([fit(segment, heard, lag, STEP), lag]);
		const best = rough.sort(([a], [b]) => b - a).slice(0, 3);
		let top = 0;
		for (const [, lag] of best) {
			for (let near = Math.max(lag - STEP, 0); near <= lag + STEP && near + SEGMENT <= heard.length; near++) {
				top = Math.max(top, fit(segment, heard, near, 1));
			}
		}
		found.push(top);
	}
	return found;
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

function energy(samples: Int16Array): number {
	let sum = 0;
	for (const sample of samples) sum += sample ** 2;
	return sum;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
