// Guards against: features that differ from those that Whisper was trained with, which it answers with other words and no error.
import { HOP_SAMPLES, logMel } from './log-mel';
import { LISTEN_RATE, toFloat } from './pcm';

const SAMPLES = 30 * LISTEN_RATE;
const FRAMES = SAMPLES / HOP_SAMPLES;

/** A sweep, a trembling tone, some noise, and an offset; then nothing. */
function sound(samples: number): Float64Array {
	let state = 1;
	const pcm = Int16Array.from({ length: samples }, (_, at) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		const t = at / LISTEN_RATE;
		const sweep = 6000 * Math.sin(2 * Math.PI * (150 + 90 * t) * t);
		const trembling = 2500 * Math.sin(2 * Math.PI * 2100 * t) * (0.5 + 0.5 * Math.sin(2 * Math.PI * 3 * t));
		return Math.round(sweep + trembling + (state / 2 ** 31 - 1) * 400 + 50);
	});
	const whole = new Float64Array(SAMPLES);
	whole.set(toFloat(pcm));
	return whole;
}

/** [mel band, frame, value] as WhisperFeatureExtractor of transformers 4.57 computes them, with mean and deviation of all. */
const REFERENCE = [
	{ bands: 80, samples: 24_000, values: [[0, 0, 1.02231], [0, 100, 0.17189], [3, 140, -0.01581], [40, 149, 0.008], [79, 151, -0.78578], [20, 77, 0.11943], [79, 2999, -0.78578], [5, 2998, -0.78578]], mean: -0.739359, deviation: 0.210507 },
	{ bands: 80, samples: 479_990, values: [[0, 0, 1.02231], [40, 149, -0.03276], [79, 151, 0.04085], [79, 2999, 0.10602], [5, 2998, 0.15474]], mean: 0.101494, deviation: 0.233615 },
	{ bands: 128, samples: 24_000, values: [[0, 0, 0.94655], [0, 100, 0.09613], [3, 140, -0.25885], [64, 149, -0.00188], [127, 151, -0.71335], [32, 77, 0.08791], [127, 2999, -0.71335]], mean: -0.671738, deviation: 0.190282 },
	{ bands: 128, samples: 479_990, values: [[0, 100, 0.09613], [64, 149, -0.06968], [127, 151, -0.01453], [127, 2999, 0.12722], [5, 2998, 0.0616]], mean: 0.076947, deviation: 0.228325 },
] as const;

it.each(REFERENCE)('$bands bands of $samples samples are those of the reference', ({ bands, samples, values, mean, deviation }) => {
	const features = logMel(sound(samples), bands, { from: 0, to: samples });
	expect(features).toHaveLength(bands * FRAMES);
	for (const [band, frame, value] of values) expect(Math.abs((features[band * FRAMES + frame] ?? Number.NaN) - value)).toBeLessThan(1e-3);
	const average = features.reduce((sum, each) => sum + each, 0) / features.length;
	expect(average).toBeCloseTo(mean, 3);
	expect(Math.sqrt(features.reduce((sum, each) => sum + (each - average) ** 2, 0) / features.length)).toBeCloseTo(deviation, 3);
});

it.each([0, 1, 159, 160, 199, 200, 201, 24_000, 479_799, 480_000])('looks once at what is alike, and sees the same: %i samples that sound', (samples) => {
	const whole = sound(samples);
	const all = { from: 0, to: SAMPLES };
	expect(Buffer.from(logMel(whole, 80, { from: 0, to: samples }).buffer).equals(Buffer.from(logMel(whole, 80, all).buffer))).toBe(true);
	const turned = whole.toReversed();
	expect(Buffer.from(logMel(turned, 80, { from: SAMPLES - samples, to: SAMPLES }).buffer).equals(Buffer.from(logMel(turned, 80, all).buffer))).toBe(true);
});
