import { scriptedFrames } from '../runtime/inference/fixtures/orpheus-gguf.fixture';
import { SNAC_RATE, SnacModel } from '../runtime/inference/speech/orpheus/snac/snac-model';
import { inWindows } from '../runtime/inference/speech/orpheus/sound/windows';
import { playThrough } from '../runtime/inference/speech/orpheus/sound/speech-in-time.fixture';
import { say } from './cache';
import { quietSnac, trueSnac } from './fixtures/true-snac';
import { cpuMs, type Figure, option, percentile, report, run } from './report';
import { ours, reference, REFERENCE_SKIPS, type Schedule, straight } from './snac/schedules';

/**
 * What it costs to make Orpheus's frames sound, and how far that sound is from one straight decode: our windows, and the
 * reference's, which decodes four frames for each. SNAC in its true shape with random weights.
 *
 *     npm run bench snac [-- --json] [--rounds N] [--frames N]
 */
const rounds = Number(option('--rounds', '5'));
const frames = scriptedFrames(0, Number(option('--frames', '72')));

/** A good graphics card: the voice is soon as far ahead as it is let. */
const FAST_MODEL = 400;
/** A model just faster than the 82 tokens a second that are heard. */
const SLOW_MODEL = 100;
const ALL = Number.NEGATIVE_INFINITY;
/** By this frame windows have grown to their full size. */
const STEADY = 24;

/** Sound piece by piece, as a schedule makes it. */
async function* played(model: SnacModel, schedule: Schedule): AsyncGenerator<{ readonly from: number; readonly sound: Float32Array }> {
	for (const { from, to, play } of schedule(frames.length)) yield { from, sound: play(await model.decode(frames.slice(from, to))) };
}

/** Processor time for a second of sound, ms. Only decodes that begin at frame `from` or later are counted. */
async function cost(model: SnacModel, schedule: Schedule, from: number): Promise<number> {
	let since = process.cpuUsage();
	let samples = 0;
	for await (const { from: first, sound } of played(model, schedule)) {
		samples += sound.length;
		if (first >= from) continue;
		since = process.cpuUsage();
		samples = 0;
	}
	return (cpuMs(since) * SNAC_RATE) / samples;
}

/** How long this machine takes for a frame, ms. */
async function frameTime(model: SnacModel): Promise<number> {
	const startedAt = performance.now();
	await model.decode(frames);
	return (performance.now() - startedAt) / frames.length;
}

/** What a caller has nothing to hear for, after the first sound, where one core decodes. */
function waits(frameMs: number): Figure[] {
	return [FAST_MODEL, SLOW_MODEL].map((tokensPerSecond) => {
		const { gaps } = playThrough({ way: inWindows, frames: frames.length, tokensPerSecond, frameMs });
		const samples = [gaps.reduce((sum, { ms }) => sum + ms, 0)];
		return { name: `snac: gaps in a whole speech at ${tokensPerSecond} tokens/s, reckoned`, unit: 'ms', samples, bound: Number.NaN };
	});
}

async function costs(): Promise<Figure[]> {
	const model = await SnacModel.open(await trueSnac());
	await model.decode(frames);
	const frameMs = await frameTime(model);
	const ways = [
		{ name: 'one straight decode', schedule: straight, from: ALL, samples: [] as number[] },
		{ name: 'reference, 4 frames for 1', schedule: reference, from: ALL, samples: [] as number[] },
		{ name: 'ours, well ahead', schedule: ours(FAST_MODEL, frameMs), from: STEADY, samples: [] as number[] },
		{ name: `ours, a whole speech at ${FAST_MODEL} tokens/s`, schedule: ours(FAST_MODEL, frameMs), from: ALL, samples: [] as number[] },
		{ name: `ours, a whole speech at ${SLOW_MODEL} tokens/s`, schedule: ours(SLOW_MODEL, frameMs), from: ALL, samples: [] as number[] },
	];
	for (let round = 1; round <= rounds; round++) {
		say(`costs, round ${round} of ${rounds}`);
		for (const { schedule, from, samples } of ways) samples.push(await cost(model, schedule, from));
	}
	await model.release();
	const bound = percentile(ways[1]?.samples ?? [], 0.5);
	const figures = ways.map(({ name, samples }) => ({ name: `snac: ${name}`, unit: 'cpu ms/s', samples, bound }));
	return [...figures, { name: 'snac: one frame', unit: 'ms', samples: [frameMs], bound: Number.NaN }, ...waits(frameMs)];
}

/** How much stronger the true sound is than what a schedule changes of it, dB. `start`: the first sample it plays. */
async function fidelity(model: SnacModel, whole: Float32Array, schedule: Schedule, start = 0): Promise<number> {
	let signal = 0;
	let noise = 0;
	let at = start;
	for await (const { sound } of played(model, schedule)) {
		for (const sample of sound) {
			const right = whole[at++] ?? 0;
			signal += right ** 2;
			noise += (right - sample) ** 2;
		}
	}
	return 10 * Math.log10(signal / noise);
}

async function fidelities(): Promise<Figure[]> {
	say('errors');
	const model = await SnacModel.open(await quietSnac());
	const whole = await model.decode(frames);
	const frameMs = await frameTime(model);
	const theirs = await fidelity(model, whole, reference, REFERENCE_SKIPS);
	const figure = (name: string, value: number): Figure => ({ name: `snac: ${name} against one straight decode`, unit: 'dB', samples: [value], bound: theirs });
	const figures = [
		figure('reference', theirs),
		figure(`ours at ${FAST_MODEL} tokens/s`, await fidelity(model, whole, ours(FAST_MODEL, frameMs))),
		figure(`ours at ${SLOW_MODEL} tokens/s`, await fidelity(model, whole, ours(SLOW_MODEL, frameMs))),
	];
	await model.release();
	return figures;
}

run(async () => report([...(await costs()), ...(await fidelities())]));
