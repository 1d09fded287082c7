import path from 'node:path';
import type { LlamaContextSequence, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { OrpheusSampling } from '../token-source';
import type * as CompiledLibrary from '../../../llama/library';
import type * as CompiledSampler from './sampler';
import type * as CompiledTopLogits from './top-logits';

/** Runs by itself: Node strips the types. Sends what our compiled sampler and llama.cpp's own chain draw, and with which probability. */
const [, , compiled = '', file = '', settings = '[]'] = process.argv;

type Shares = Array<readonly [number, number]>;
export interface Beside {
	readonly ours: Shares;
	readonly theirs: Shares;
	/** Without a penalty. */
	readonly free: Shares;
}
export interface Sent {
	/** For each of the settings, some steps. */
	readonly steps: Beside[][];
	/** Native samplers made for `drawn` tokens of ours. */
	readonly samplers: number;
	readonly drawn: number;
}

const STEPS = 12;
const SPEECH = 60;

/** Samplers that node-llama-cpp makes from now on. */
function countSamplers(llama: unknown): () => number {
	const { _bindings: bindings } = llama as { _bindings: { AddonSampler: new () => object } };
	const { AddonSampler } = bindings;
	let made = 0;
	bindings.AddonSampler = new Proxy(AddonSampler, {
		construct: (target, args) => {
			made++;
			return Reflect.construct(target, args) as object;
		},
	});
	return () => made;
}

async function chain(sequence: LlamaContextSequence, token: Token, punishTokens: Token[], sampling: OrpheusSampling): Promise<Shares> {
	const { repetitionPenalty: penalty, ...options } = sampling;
	const repeatPenalty = { punishTokens, penalty, maxPunishTokens: punishTokens.length };
	const [output] = await sequence.controlledEvaluate([[token, { generateNext: { probabilities: true, options: { ...options, seed: 1, repeatPenalty } } }]]);
	return [...(output?.next.probabilities ?? [])];
}

async function main(): Promise<Sent> {
	const { llamaBackend } = (await import(path.join(compiled, '../../../llama/library.js'))) as typeof CompiledLibrary;
	const { candidatesFor, distribution, OrpheusSampler, PENALISED } = (await import(path.join(compiled, 'sampler.js'))) as typeof CompiledSampler;
	const { TopLogits } = (await import(path.join(compiled, 'top-logits.js'))) as typeof CompiledTopLogits;
	const { llama } = await llamaBackend();
	const samplers = countSamplers(llama);
	const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
	const context = await model.createContext({ contextSize: 512, sequences: 3, threads: 1 });
	const [own, their, freed] = [context.getSequence(), context.getSequence(), context.getSequence()];
	const [first] = model.tokenize('<custom_token_10>', true);
	if (first === undefined) throw new Error('no audio tokens');
	const all = JSON.parse(settings) as OrpheusSampling[];

	const topLogits = new TopLogits(own);
	const sampler = new OrpheusSampler(all[0]!, 1);
	const written = [first];
	while (written.length <= SPEECH) written.push(sampler.draw(await topLogits.after(written.at(-1)!, candidatesFor(all[0]!)), written));
	const made = samplers();

	const steps: Beside[][] = [];
	for (const sampling of all) {
		for (const sequence of [own, their, freed]) await sequence.clearHistory();
		const each: Beside[] = [];
		for (let last = first, step = 0; step < STEPS; step++) {
			const logits = await topLogits.after(last, candidatesFor(sampling));
			// The worst that can have been said before: in turn all that is most likely now, every second of it, and what is least.
			const likely = [...logits.keys()];
			const recent = [likely.slice(0, PENALISED), likely.filter((_, at) => at % 2 === 0).slice(0, PENALISED), likely.slice(-PENALISED)][step % 3]!;
			const ours = distribution(logits, new Set(recent), sampling);
			const theirs = await chain(their, last, recent, sampling);
			each.push({ ours: ours.map(([token, share]) => [token, share]), theirs, free: await chain(freed, last, recent, { ...sampling, repetitionPenalty: 1 }) });
			last = ours[Math.min(step, ours.length - 1)]![0];
		}
		steps.push(each);
	}
	return { steps, samplers: made, drawn: SPEECH };
}

main().then(
	(sent) => process.send?.(sent, () => process.exit(0)),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
