import type { OrpheusSampling } from '../runtime/inference/speech/orpheus/token-source';
import { say } from './cache';
import { NARROW, ORPHEUS_3B, orpheusShape, quantNamed } from './fixtures/orpheus-shape';
import { manyBeside, manyFigures, oneBeside, oneFigures, openBeside } from './llama/beside-llama-cpp';
import { FULL, type OurTokens, withTokens } from './llama/our-tokens';
import { type Figure, flag, numbers, option, percentile, report, run } from './report';

/**
 * Orpheus's language model on this machine's processor: our tokens, sampled, beside llama.cpp's own measuring tools
 * on the same file with the same libraries and threads, in the same run. Random weights of the true shape.
 *
 *     npm run bench tokens [-- --json] [--full] [--quant q4_0|q4_k_m|q8_0] [--layers N] [--rounds N] [--tokens N]
 *
 * The width and the vocabulary are always the true ones; without `--full`, 8 of the 28 layers.
 */
const FEW_LAYERS = 8;
const layers = Number(option('--layers', String(flag('--full') ? ORPHEUS_3B.layers : FEW_LAYERS)));
const rounds = Number(option('--rounds', '5'));
const tokens = Number(option('--tokens', '32'));
const sequences = numbers('--sequences', '1,2,4,8');

const GREEDY: OrpheusSampling = { temperature: 0, topP: 1, topK: 1, repetitionPenalty: 1 };
const SAMPLER_TOKENS = 128;

/** On a model of nearly nothing but the vocabulary, where sampling is not lost in the noise of decoding. */
async function samplers(ours: OurTokens): Promise<{ own: number[]; greedy: number[]; full: number[] }> {
	const beside = await openBeside(ours, { file: await orpheusShape(NARROW, 'q4_0'), sequences: 1, tokens: SAMPLER_TOKENS, rounds });
	const own = (await oneBeside(beside)).map((pair) => pair.ours.wallMs - pair.theirs.wallMs);
	const costs = { own, greedy: [] as number[], full: [] as number[] };
	for (let round = 1; round <= rounds; round++) {
		say(`samplers, round ${round} of ${rounds}`);
		const cost = async (sampling: OrpheusSampling): Promise<number> => (await ours.write(sampling, 1, SAMPLER_TOKENS)).cpuMs;
		costs.greedy.push(await cost(GREEDY));
		costs.full.push(await cost(FULL));
	}
	return costs;
}

async function samplerFigures(tokenCpu: number): Promise<Figure[]> {
	const { own, greedy, full } = await withTokens(samplers);
	const floor = percentile(greedy, 0.5);
	return [
		{ name: 'not decoding: sampler, threads, JavaScript (ratio: of a token)', unit: 'ms/token', samples: own, bound: tokenCpu },
		{ name: 'vocabulary alone, the best token', unit: 'cpu ms/token', samples: greedy, bound: tokenCpu },
		{ name: 'sampler: top_k 40, top_p, penalty (ratio: of a token)', unit: 'cpu ms/token', samples: full.map((cost) => cost - floor), bound: tokenCpu },
	];
}

async function main(): Promise<void> {
	const file = await orpheusShape({ ...ORPHEUS_3B, layers }, quantNamed(option('--quant', 'q4_0')));
	const { one, many } = await withTokens(async (ours) => {
		const beside = await openBeside(ours, { file, sequences: Math.max(...sequences), tokens, rounds });
		return { one: await oneBeside(beside), many: await manyBeside(beside, sequences) };
	});
	const tokenCpu = percentile(one.map(({ ours }) => ours.cpuMs), 0.5);
	report([...oneFigures(one), ...manyFigures(many), ...(await samplerFigures(tokenCpu))]);
}

run(main);
