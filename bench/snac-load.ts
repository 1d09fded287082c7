import { scriptedFrames } from '../runtime/inference/fixtures/orpheus-gguf.fixture';
import { usableCores } from '../runtime/inference/machine/cores';
import { OrpheusVoice } from '../runtime/inference/speech/orpheus/orpheus-voice';
import { SnacDecoder } from '../runtime/inference/speech/orpheus/snac/snac-decoder';
import { SNAC_FRAME_MS, SnacModel } from '../runtime/inference/speech/orpheus/snac/snac-model';
import { prepareStreaming } from '../runtime/inference/speech/orpheus/snac/streaming/prepare';
import { leastFirstRun, stateLength } from '../runtime/inference/speech/orpheus/snac/streaming/state';
import { SnacStreamingModel } from '../runtime/inference/speech/orpheus/snac/streaming/streaming-model';
import { say } from './cache';
import { PacedScript } from './fixtures/paced-script';
import { numbersOf } from './fixtures/spoken-codes';
import { trueSnac } from './fixtures/true-snac';
import { hear } from './llama/callers-of-a-voice';
import { FULL } from './llama/our-tokens';
import { cpuMs, type Figure, numbers, option, percentile, report, run } from './report';

/**
 * How many callers the processor makes Orpheus's sound for, run by run and in windows: by what a frame costs a core, and by how many
 * hear it in time. Tokens come from a script at an even pace; SNAC is in its true shape.
 *
 *     npm run bench snac-load [-- --json] [--rates 82,200] [--seconds N] [--rounds N] [--most N]
 *
 * As many threads decode as there are cores. All callers begin at once.
 */
const rates = numbers('--rates', '82,200');
const seconds = Number(option('--seconds', '10'));
const rounds = Number(option('--rounds', '20'));
const most = Number(option('--most', '24'));
const cores = usableCores();

/** What has to be played is there so late at most: one packet, which the caller's jitter buffer hides. */
const IN_TIME_MS = 20;
/** What was asked of a core, by frames a run. */
const AIMS = new Map([
	[1, 5],
	[3, 5.7],
]);

function callersOfACore(name: string, frameCpuMs: readonly number[], bound = Number.NaN): Figure {
	return { name: `snac on one core, ${name}`, unit: 'callers', samples: frameCpuMs.map((ms) => SNAC_FRAME_MS / ms), bound };
}

/** Processor time of a frame, ms, when a speech is decoded so many at a time. */
async function runCosts(file: string, count: number): Promise<number[]> {
	const { bytes, plan } = await prepareStreaming(file);
	const model = await SnacStreamingModel.open(bytes, plan);
	const state = new Float32Array(stateLength(plan.states));
	const begin = leastFirstRun(plan.lookAhead);
	const frames = scriptedFrames(0, begin + (rounds + 2) * count);
	const costs: number[] = [];
	await model.run({ frames: frames.slice(0, begin), first: true, last: false }, state);
	for (let at = begin; at < frames.length; at += count) {
		const from = process.cpuUsage();
		await model.run({ frames: frames.slice(at, at + count), first: false, last: false }, state);
		costs.push(cpuMs(from) / count);
	}
	await model.release();
	// The first runs lay memory out.
	return costs.slice(2);
}

/** The same in windows of so many frames, of which `kept` are kept. */
async function windowCosts(file: string, width: number, kept: number): Promise<number[]> {
	const model = await SnacModel.open(file);
	const frames = scriptedFrames(0, width);
	const costs: number[] = [];
	for (let round = 0; round < rounds / 2 + 2; round++) {
		const from = process.cpuUsage();
		await model.decode(frames);
		costs.push(cpuMs(from) / kept);
	}
	await model.release();
	return costs.slice(2);
}

async function costs(file: string): Promise<Figure[]> {
	say('what a frame costs');
	const runs = [];
	for (const count of [1, 3]) runs.push(callersOfACore(`runs of ${count}`, await runCosts(file, count), AIMS.get(count)));
	return [...runs, callersOfACore('windows, 6 frames for 1', await windowCosts(file, 6, 1)), callersOfACore('windows, 13 frames for 8', await windowCosts(file, 13, 8))];
}

interface Load {
	readonly firstMs: number[];
	readonly lateMs: number[];
}

async function load(snac: SnacDecoder, callers: number, rate: number): Promise<Load> {
	const script = numbersOf(scriptedFrames(0, 40 + Math.ceil(seconds * 12)));
	const heard = await Promise.all(
		Array.from({ length: callers }, async (_, index) => await hear(new OrpheusVoice(new PacedScript(script, rate), snac, FULL), `Hello, caller ${index}.`, seconds)),
	);
	return { firstMs: heard.map(({ firstMs }) => firstMs), lateMs: heard.map(({ lateMs }) => lateMs) };
}

/** The most callers who all hear everything in time; found by halving. */
async function mostInTime(snac: SnacDecoder, rate: number, what: string): Promise<Figure[]> {
	let held = 0;
	let best: Load = { firstMs: [], lateMs: [] };
	for (let from = 1, to = most; from <= to; ) {
		const callers = Math.floor((from + to) / 2);
		const heard = await load(snac, callers, rate);
		const late = heard.lateMs.filter((ms) => ms > IN_TIME_MS).length;
		say(`${what}, ${rate} tokens/s: ${callers} callers, ${late} late, ${percentile(heard.lateMs, 1).toFixed(0)} ms at most`);
		if (late === 0) {
			[held, best, from] = [callers, heard, callers + 1];
		} else to = callers - 1;
	}
	const name = `${what}, ${rate} tokens/s, ${cores} cores`;
	return [
		{ name: `${name}: in time`, unit: 'callers', samples: [held], bound: Number.NaN },
		{ name: `${name}: their first sound`, unit: 'ms', samples: best.firstMs, bound: Number.NaN },
	];
}

async function main(): Promise<void> {
	const file = await trueSnac();
	report(await costs(file));
	const split = { wide: { workers: 0, threads: 1 }, narrow: cores };
	for (const [what, rewrite] of [['runs', true], ['windows', false]] as const) {
		const snac = new SnacDecoder(file, split, rewrite);
		try {
			await snac.warm();
			for (const rate of rates) report(await mostInTime(snac, rate, what));
		} finally {
			await snac.close();
		}
	}
}

run(main);
