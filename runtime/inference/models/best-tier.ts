import type { Catalogue } from './catalogue/catalogue';
import { type CatalogueModel, type ModelTask, modelTasks, type Tier } from './catalogue/schema';
import { PACK_CHAT, PACK_RECOGNISER } from '../../contract/engines';
import { biggestGpu, describeMachine, inGigabytes, type Machine } from '../machine/machine';
import type { ModelTrial } from '../../rpc/inference-protocol';
import { modelInSentence, modelInWords } from './names';

/** What was measured on this machine, by the names of models. */
export type Trials = ReadonlyMap<string, Pick<ModelTrial, 'holdsRealTime'>>;
const NOT_TRIED: Trials = new Map();

/** What stands in where no model of the catalogue fits or is here: what ships with the package. */
export const BUILT_IN = {
	chat: PACK_CHAT,
	transcribe: PACK_RECOGNISER,
	voice: 'flite',
	orpheus: undefined,
	snac: undefined,
	'turn-end': undefined,
} as const satisfies Record<ModelTask, string | undefined>;

export interface Choice {
	readonly task: ModelTask;
	/** An id of the catalogue, a name of what ships with the package, or undefined: this machine should not do it. */
	readonly id: string | undefined;
	/** Why, for whoever knows the machine. */
	readonly reason: string;
	/** One sentence: the machine and the reason. */
	readonly why: string;
}

/** What a machine lacks for a tier, in words; empty when nothing. */
function lacks(machine: Machine, { needs }: Tier): string[] {
	const vram = biggestGpu(machine)?.vram ?? 0;
	return [
		...(vram < needs.vram ? [`a GPU with ${inGigabytes(needs.vram)}`] : []),
		...(machine.ram < needs.ram ? [`${inGigabytes(needs.ram)} of RAM`] : []),
		...(machine.cores < needs.cores ? [`${needs.cores} cores`] : []),
	];
}

/** The tiers that fit the machine, best first. */
export function fittingTiers(catalogue: Catalogue, machine: Machine): Tier[] {
	return catalogue.tiers.filter((tier) => lacks(machine, tier).length === 0);
}

/**
 * The models of the tiers for a task that this machine can run in real time, best first. What was measured on it goes before what
 * the tiers estimate, in both directions.
 */
export function suitingModels(catalogue: Catalogue, machine: Machine, task: ModelTask, trials = NOT_TRIED): string[] {
	// It makes nothing audible but what Orpheus writes.
	if (task === 'snac' && suitingModels(catalogue, machine, 'orpheus', trials).length === 0) return [];
	const fitting = fittingTiers(catalogue, machine);
	const ids = catalogue.tiers.flatMap((tier) => {
		const id = tier.models[task];
		const model = id ? catalogue.find(id) : undefined;
		if (!model) return [];
		const tried = trials.get(model.id);
		return (tried ? tried.holdsRealTime && tooBig(model, machine) === undefined : fitting.includes(tier)) ? [model.id] : [];
	});
	return [...new Set(ids)];
}

/**
 * The best tier that fits decides for all tasks together, because their models share one memory; a model that was tried here is
 * judged by that. Pure: the same machine always gets the same answer, and a bigger one never a smaller tier.
 */
export function choose(catalogue: Catalogue, machine: Machine, trials = NOT_TRIED): Record<ModelTask, Choice> {
	const [tier] = fittingTiers(catalogue, machine);
	const choices = modelTasks.map((task): [ModelTask, Choice] => {
		const [chosen] = suitingModels(catalogue, machine, task, trials);
		const id = chosen ?? BUILT_IN[task];
		const reason = `${reasonFor(catalogue, machine, tier, task, chosen, trials)}${tooSlow(catalogue, task, trials)}`;
		return [task, { task, id, reason, why: `${describeMachine(machine)}: ${reason}.` }];
	});
	return Object.fromEntries(choices) as Record<ModelTask, Choice>;
}

function reasonFor(catalogue: Catalogue, machine: Machine, tier: Tier | undefined, task: ModelTask, chosen: string | undefined, trials: Trials): string {
	if (chosen && trials.has(chosen)) return 'it was tried here and holds real time';
	if (tier && chosen) return `the models for ${tier.name} fit${better(catalogue, machine, tier, task)}`;
	const wanted = catalogue.tiers.filter((each) => each.models[task]).at(-1);
	const needs = wanted ? `it needs ${list(lacks(machine, wanted))}` : 'the catalogue has no model for it';
	const instead = BUILT_IN[task];
	if (task === 'turn-end') return 'nothing of the catalogue suits it; text and silence alone tell the end of a turn';
	if (instead === undefined) return `too little for Orpheus in real time, ${needs}`;
	return `too little for a model of the catalogue, ${needs}; ${modelInSentence(instead, catalogue)} ships with the package`;
}

/** Those that were tried in vain. */
function tooSlow(catalogue: Catalogue, task: ModelTask, trials: Trials): string {
	const slow = catalogue.models.filter((model) => model.task === task && trials.get(model.id)?.holdsRealTime === false);
	return slow.length === 0 ? '' : `; ${list(slow.map(({ name }) => name))} ${slow.length === 1 ? 'was' : 'were'} tried here and ${slow.length === 1 ? 'does' : 'do'} not hold real time`;
}

/** What the next better model for this task would take. */
function better(catalogue: Catalogue, machine: Machine, tier: Tier, task: ModelTask): string {
	const above = catalogue.tiers.slice(0, catalogue.tiers.indexOf(tier)).reverse();
	const next = above.find((each) => each.models[task] && each.models[task] !== tier.models[task]);
	const id = next?.models[task];
	return next && id ? `; ${modelInWords(id, catalogue)} would need ${list(lacks(machine, next))}` : '';
}

/** What the machine lacks to run a model in real time; undefined when nothing. */
export function tooBig({ memory }: CatalogueModel, machine: Machine): string | undefined {
	const vram = biggestGpu(machine)?.vram ?? 0;
	const room = { ram: machine.ram, gpu: vram, either: Math.max(machine.ram, vram) }[memory.in];
	if (room >= memory.bytes) return undefined;
	return memory.in === 'gpu' ? `a GPU with ${inGigabytes(memory.bytes)}` : `${inGigabytes(memory.bytes)} of memory`;
}

function list(things: string[]): string {
	return things.length < 2 ? (things[0] ?? 'nothing more') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}
