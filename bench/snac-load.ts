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
import { frameAlone, hear, type HeardTogether, together } from './llama/callers-of-a-voice';
import { FULL } from './llama/our-tokens';
import { cpuMs, type Figure, numbers, option, report, run } from './report';
import { IN_TIME_MS, whatLimits } from './what-limits';

/**
 * How many callers the processor makes Orpheus's sound for, run by run and in windows: by what a frame costs a core, and by how many
 * hear it in time, who begin at once or within 5 s, and what keeps it from more. `bench gpu` without a card: tokens come from a script
 * at an even pace, SNAC is in its true shape.
 *
 *     npm run bench snac-load [-- --json] [--rates 82,200] [--seconds N] [--rounds N] [--most N]
 *
 * As many threads decode as there are cores. The number is looked for in short trials, and counts if all hear everything in time for
 * `--seconds`. For comparison with windows, all begin at once.
 */
const rates = numbers('--rates', '82,200');
const seconds = Number(option('--seconds', '30'));
const rounds = Number(option('--rounds', '20'));
const most = Number(option('--most', '24'));
const cores = usableCores();

const TRIAL_SECONDS = Math.min(seconds, 10);
/** Callers who do not all begin at once begin within this time. */
const SPREAD_MS = 5000;
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

interface Way {
	readonly snac: SnacDecoder;
	readonly name: string;
	readonly rate: number;
	readonly spreadMs: number;
}

async function load({ snac, name, rate, spreadMs }: Way, callers: number, forSeconds: number): Promise<HeardTogether & { late: number }> {
	const script = numbersOf(scriptedFrames(0, 40 + Math.ceil(forSeconds * 12)));
	const heard = await together(callers, spreadMs, async (index) => await hear(new OrpheusVoice(new PacedScript(script, rate), snac, FULL), `Hello, caller ${index}.`, forSeconds));
	const late = heard.callers.filter(({ lateMs }) => lateMs > IN_TIME_MS).length;
	say(`${name}: ${callers} callers for ${forSeconds} s, ${late} late, ${Math.max(...heard.callers.map(({ lateMs }) => lateMs)).toFixed(0)} ms at most`);
	return { ...heard, late };
}

/** The most callers who all hear everything in time; found by halving. And what came with the first number that was too much. */
async function mostInTime(way: Way, aloneMs: number): Promise<Figure[]> {
	let held = 0;
	let refused: HeardTogether | undefined;
	let best: HeardTogether | undefined;
	const tried = async (callers: number, forSeconds: number): Promise<boolean> => {
		const heard = await load(way, callers, forSeconds);
		if (heard.late > 0) refused = heard;
		else best = heard;
		return heard.late === 0;
	};
	for (let from = 1, to = most; from <= to; ) {
		const callers = Math.floor((from + to) / 2);
		if (await tried(callers, TRIAL_SECONDS)) [held, from] = [callers, callers + 1];
		else to = callers - 1;
	}
	while (seconds > TRIAL_SECONDS && held > 0 && !(await tried(held, seconds))) held--;
	const figure = (name: string, unit: string, samples: readonly number[], bound = Number.NaN): Figure => ({ name: `${way.name}: ${name}`, unit, samples, bound });
	const figures = [
		figure('in time', 'callers', [held]),
		figure('their first sound', 'ms', best?.callers.map(({ firstMs }) => firstMs) ?? []),
		figure('their longest wait for more sound', 'ms', best?.callers.map(({ lateMs }) => lateMs) ?? []),
	];
	const asked = refused ?? best;
	if (!asked) return figures;
	const { callers, cpuMs: used, wallMs, eventsMs } = asked;
	const parts = { 'SNAC on threads of their own': (cores * SNAC_FRAME_MS) / aloneMs, 'the processors, all in all': (callers.length * cores * wallMs) / used };
	return [...figures, figure(`${callers.length} at a time: events late, 99 of 100 less`, 'ms', [eventsMs], IN_TIME_MS), whatLimits(`${way.name}: ${callers.length} at a time`, callers.length, parts, eventsMs)];
}

async function main(): Promise<void> {
	const file = await trueSnac();
	report(await costs(file));
	const split = { wide: { workers: 0, threads: 1 }, narrow: cores };
	for (const [what, rewrite] of [['runs', true], ['windows', false]] as const) {
		const aloneMs = await frameAlone(file, rewrite);
		const snac = new SnacDecoder(file, split, rewrite);
		try {
			await snac.warm();
			for (const rate of rates) {
				for (const spreadMs of rewrite ? [0, SPREAD_MS] : [0]) {
					const starts = spreadMs > 0 ? `starts within ${spreadMs / 1000} s` : 'starts at once';
					report(await mostInTime({ snac, name: `${what}, ${rate} tokens/s, ${cores} cores, ${starts}`, rate, spreadMs }, aloneMs));
				}
			}
		} finally {
			await snac.close();
		}
	}
}

run(main);
