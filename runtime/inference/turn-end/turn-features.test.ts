// Guards against: features that differ from those that smart-turn was trained with, which makes its judgement worth nothing and fails nowhere.
import { LISTEN_RATE } from '../../audio/pcm';
import { FRAMES, MELS, turnFeatures } from './turn-features';

/** A sweep, a trembling tone, some noise, and an offset. */
function sound(samples: number): Int16Array {
	let state = 1;
	return Int16Array.from({ length: samples }, (_, at) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		const t = at / LISTEN_RATE;
		const sweep = 6000 * Math.sin(2 * Math.PI * (150 + 90 * t) * t);
		const trembling = 2500 * Math.sin(2 * Math.PI * 2100 * t) * (0.5 + 0.5 * Math.sin(2 * Math.PI * 3 * t));
		return Math.round(sweep + trembling + (state / 2 ** 31 - 1) * 400 + 50);
	});
}

/** [mel band, frame, value] as pipecat-ai 1.14.0 computes them (compute_whisper_log_mel_features), with mean and deviation of all. */
const REFERENCE = [
	{
		samples: 24_000,
		values: [[0, 0, 0.46312], [0, 648, 0.46312], [0, 799, 0.80661], [3, 700, 0.67354], [10, 660, 0.78379], [20, 799, 0.80793], [35, 798, 0.52964], [50, 710, 0.59254], [64, 500, -0.16798], [79, 790, 0.66288]],
		mean: 0.014431,
		deviation: 0.379639,
	},
	{
		samples: 128_000,
		values: [[0, 0, 1.45428], [0, 648, 0.39162], [0, 799, 0.52933], [3, 700, 0.40747], [10, 660, 0.45356], [20, 799, 0.50542], [35, 798, 0.49675], [50, 710, 0.49981], [64, 500, 0.39235], [79, 790, 0.57679]],
		mean: 0.559637,
		deviation: 0.266792,
	},
	{
		samples: 150_000,
		values: [[0, 0, 1.19741], [0, 648, 0.48006], [0, 799, 0.62488], [3, 700, 0.49816], [10, 660, 0.44805], [20, 799, 0.58997], [35, 798, 0.46475], [50, 710, 0.45075], [64, 500, 0.40236], [79, 790, 0.48236]],
		mean: 0.556032,
		deviation: 0.261465,
	},
] as const;

it.each(REFERENCE)('of $samples samples are those of the reference', ({ samples, values, mean, deviation }) => {
	const features = turnFeatures(sound(samples));
	expect(features).toHaveLength(MELS * FRAMES);
	for (const [band, frame, value] of values) expect(Math.abs((features[band * FRAMES + frame] ?? Number.NaN) - value)).toBeLessThan(5e-4);
	const average = features.reduce((sum, each) => sum + each, 0) / features.length;
	expect(average).toBeCloseTo(mean, 4);
	expect(Math.sqrt(features.reduce((sum, each) => sum + (each - average) ** 2, 0) / features.length)).toBeCloseTo(deviation, 4);
});

it.each([0, 1, 199, 200, 201, 127_800, 127_999])('are numbers for %i samples of silence or sound', (samples) => {
	for (const pcm of [new Int16Array(samples), sound(samples)]) expect(turnFeatures(pcm).every(Number.isFinite)).toBe(true);
});
