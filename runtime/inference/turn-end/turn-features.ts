import { HOP_SAMPLES, logMel } from '../../audio/log-mel';
import { LISTEN_RATE } from '../../audio/pcm';

/** smart-turn looks at this much sound, and at no more. */
export const JUDGED_SAMPLES = 8 * LISTEN_RATE;

export const MELS = 80;
export const FRAMES = JUDGED_SAMPLES / HOP_SAMPLES;
/** 16 bit samples as the model takes them, -1..1. */
const PCM_PEAK = 32_768;
const LEAST_VARIANCE = 1e-7;

/**
 * The features that smart-turn v3 was trained with, those of Whisper: the caller's last 8 s, with zeros before them where
 * it is less, normalised to mean 0 and variance 1, as 80 mel bands of 800 frames of 10 ms, band by band.
 */
export function turnFeatures(pcm: Int16Array): Float32Array {
	const last = pcm.subarray(Math.max(0, pcm.length - JUDGED_SAMPLES));
	return logMel(normalised(last), MELS, { from: JUDGED_SAMPLES - last.length, to: JUDGED_SAMPLES });
}

function normalised(pcm: Int16Array): Float64Array {
	const zeros = JUDGED_SAMPLES - pcm.length;
	let sum = 0;
	let squares = 0;
	for (const sample of pcm) {
		sum += sample / PCM_PEAK;
		squares += (sample / PCM_PEAK) ** 2;
	}
	const mean = sum / JUDGED_SAMPLES;
	const scale = 1 / Math.sqrt(squares / JUDGED_SAMPLES - mean ** 2 + LEAST_VARIANCE);
	const sound = new Float64Array(JUDGED_SAMPLES).fill(-mean * scale);
	pcm.forEach((sample, at) => (sound[zeros + at] = (sample / PCM_PEAK - mean) * scale));
	return sound;
}
