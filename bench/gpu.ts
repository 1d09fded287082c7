import { FRAME_SAMPLES, SNAC_RATE } from '../runtime/inference/speech/orpheus/snac/snac-model';
import { CODES_PER_FRAME } from '../runtime/inference/speech/orpheus/tokens/frame-assembler';
import { say } from './cache';
import { ORPHEUS_3B, orpheusShape, quantNamed } from './fixtures/orpheus-shape';
import { trueSnac } from './fixtures/true-snac';
import { manyBeside, manyFigures, oneBeside, oneFigures, openBeside, type Pair } from './llama/beside-llama-cpp';
import { type OurTokens, withTokens } from './llama/our-tokens';
import { CannotRun, type Figure, flag, numbers, option, percentile, report, run } from './report';
import { REFERENCE_FRAMES } from './snac/schedules';
import { IN_TIME_MS, whatLimits } from './what-limits';

/**
 * Orpheus on a graphics card: how many callers it speaks to in real time, how soon each hears the first sound, what keeps it
 * from serving more, and how near our tokens come to llama.cpp's own measuring tools on the same card. Random weights of the
 * true shape: 28 layers, by default in the mix of formats of the published Q4_K_M file.
 *
 *     npm run bench gpu [-- --json] [--quant q4_k_m|q8_0|q4_0] [--callers 1,2,4,8] [--seconds N] [--rounds N] [--tokens N]
 *
 * A caller takes 352 MB of a quarter of the memory that the model (2.4 GB, 4.0 as q8_0) leaves free on the card: 55 fit in 80 GB.
 * More than 8 need `--callers 1,8,16,32`.
 * `--cpu --layers 1` tries the bench itself where there is no card: its figures then mean nothing.
 */
const callers = numbers('--callers', '1,2,4,8');
const seconds = Number(option('--seconds', '30'));
const rounds = Number(option('--rounds', '3'));
const tokens = Number(option('--tokens', '128'));
const layers = Number(option('--layers', String(ORPHEUS_3B.layers)));

/** 82: what one caller hears in a second. */
const REAL_TIME = (CODES_PER_FRAME * SNAC_RATE) / FRAME_SAMPLES;
/** The reference plays nothing before. */
const REFERENCE_TOKENS = REFERENCE_FRAMES * CODES_PER_FRAME;
/** Callers who do not all begin at once begin within this time. */
const SPREAD_MS = 5000;

async function requireCard(ours: OurTokens): Promise<void> {
	const { gpu, cards, refused } = await ours.look();
	if (gpu !== '') say(`${gpu}: ${cards.join(', ')}`);
	else if (!flag('--cpu')) {
		throw new CannotRun(['llama.cpp finds no graphics card here that it can use, and this bench measures one. `npm run bench tokens` measures the processor.', ...refused].join('\n'));
	}
}

/** Speech as callers hear it: so many at a time, who begin at once or one after another. */
async function voices(ours: OurTokens, decoder: string, count: number, each: readonly Pair[], spreadMs: number): Promise<Figure[]> {
	const starts = spreadMs > 0 ? `starts within ${spreadMs / 1000} s` : 'starts at once';
	say(`${count} callers for ${seconds} s, ${starts}`);
	const heard = await ours.voices(decoder, count, seconds, spreadMs);
	const late = heard.callers.map(({ lateMs }) => lateMs);
	const tokenMs = (pick: (pair: Pair) => number): number => percentile(each.map(pick), 0.5);
	const theirTokenMs = tokenMs(({ theirs }) => theirs.wallMs);
	const voice = `voice, ${count} at a time, ${starts}`;
	const figure = (name: string, unit: string, samples: readonly number[], bound = Number.NaN): Figure => ({ name: `${voice}: ${name}`, unit, samples, bound });
	const served = (pick: (pair: Pair) => number): number => 1000 / tokenMs(pick) / REAL_TIME;
	const card = served(({ theirs }) => theirs.wallMs);
	// With the card's own time: named only where the card alone would do.
	const sampling = served(({ ours }) => ours.wallMs);
	const snac = heard.snacOnCard ? 'SNAC on the card' : 'SNAC on the processor';
	return [
		figure('in real time', 'callers', [late.filter((ms) => ms <= IN_TIME_MS).length], count),
		figure('first sound (bound: 28 tokens by llama.cpp)', 'ms', heard.callers.map(({ firstMs }) => firstMs), REFERENCE_TOKENS * count * theirTokenMs),
		figure('longest wait for more sound', 'ms', late),
		figure('SNAC and sampling, for a second of sound', 'cpu ms/s', [heard.cpuMs / seconds / count]),
		figure('whom the card could serve', 'callers', [card], count),
		figure('whom the card could serve, with sampling', 'callers', [sampling], count),
		figure(`whom ${snac} could serve`, 'callers', [heard.snacCallers], count),
		figure('events late, 99 of 100 less', 'ms', [heard.eventsMs], IN_TIME_MS),
		whatLimits(voice, count, { 'the card': card, ...(card >= count && { sampling }), [snac]: heard.snacCallers }, heard.eventsMs),
	];
}

/** How many times 82 tokens a second the card writes, whatever their number. */
function carried(pairs: ReadonlyMap<number, Pair[]>): Figure {
	const most = (pick: (pair: Pair) => number): number =>
		Math.max(...[...pairs.values()].map((each) => 1000 / percentile(each.map(pick), 0.5) / REAL_TIME));
	return { name: 'streams that the speed of the tokens allows', unit: 'streams', samples: [most(({ ours }) => ours.wallMs)], bound: most(({ theirs }) => theirs.wallMs) };
}

async function main(): Promise<void> {
	await withTokens(async (ours) => {
		await requireCard(ours);
		const file = await orpheusShape({ ...ORPHEUS_3B, layers }, quantNamed(option('--quant', 'q4_k_m')));
		const beside = await openBeside(ours, { file, sequences: Math.max(...callers), tokens, rounds });
		const one = await oneBeside(beside);
		const many = await manyBeside(beside, callers);
		report([...oneFigures(one), ...manyFigures(many), carried(many)]);
		const decoder = await trueSnac();
		for (const [count, pairs] of many) {
			report(await voices(ours, decoder, count, pairs, 0));
			if (count > 1) report(await voices(ours, decoder, count, pairs, SPREAD_MS));
		}
	});
}

run(main);
