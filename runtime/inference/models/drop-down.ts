import type { Engines } from '../../contract/control';
import { modelBytes } from './catalogue/catalogue';
import type { CatalogueModel, ModelTask } from './catalogue/schema';
import { biggestGpu, inGigabytes, type Machine } from '../machine/machine';
import type { Models } from './models';
import { size } from './sizes';

type Choice = Engines['chat'][number];

/** The models that ship with the package. */
const PACK_CHOICES: Partial<Record<ModelTask, Choice>> = {
	transcribe: {
		value: 'pack:listen',
		name: 'Offline pack: appointments',
		description: 'Streams, needs no download. Understands only some 260 English words about appointments.',
	},
	chat: {
		value: 'pack:answer',
		name: 'Offline pack: appointments',
		description: 'Needs no download. Only books, lists and cancels appointments.',
	},
};

/**
 * What a node's drop-down offers for a task: auto, the pack, models that are here, then those that could be fetched,
 * the ones that suit this machine first.
 */
export async function modelChoices(models: Models, task: ModelTask): Promise<Choice[]> {
	const machine = await models.machine();
	const ofTask = (await models.store.list()).filter(({ model }) => model.task === task);
	const absent = ofTask.filter(({ here }) => !here).map(({ model }) => model);
	const pack = PACK_CHOICES[task];
	return [
		await autoChoice(models, task),
		...(pack ? [pack] : []),
		...ofTask.flatMap(({ model, here }) => (here ? [hereChoice(model, here.bytes)] : [])),
		...absent.filter((model) => !tooBig(model, machine)).map((model) => absentChoice(models, model)),
		...absent.filter((model) => tooBig(model, machine)).map((model) => absentChoice(models, model, tooBig(model, machine))),
	];
}

async function autoChoice(models: Models, task: ModelTask): Promise<Choice> {
	const { model, name, why } = await models.usable(task);
	return { value: 'auto', name: `Auto: ${model === undefined ? 'no suitable model on this machine' : name}`, description: why };
}

function hereChoice(model: CatalogueModel, bytes: number): Choice {
	return {
		value: model.id,
		name: model.name,
		description: `On this machine, ${size(bytes)}.`,
	};
}

function absentChoice(models: Models, model: CatalogueModel, unfit?: string): Choice {
	const licences = models.catalogue.licencesOf(model).map(({ name }) => name);
	return {
		value: model.id,
		// n8n shows no more than this in the list.
		name: `${model.name} (${unfit === undefined ? 'not fetched' : 'too big for this machine'}, ${size(modelBytes(model))})`,
		description: [
			`${size(modelBytes(model))}, ${licences.join(' and ')}.`,
			...(unfit === undefined ? [] : [`Too big for this machine: it needs ${unfit}.`]),
			`Fetch it on the runtime's machine: voice-loop models fetch ${model.id}`,
		].join(' '),
	};
}

/** What the machine lacks to run a model in real time; undefined when nothing. */
function tooBig({ memory }: CatalogueModel, machine: Machine): string | undefined {
	const vram = biggestGpu(machine)?.vram ?? 0;
	const room = { ram: machine.ram, gpu: vram, either: Math.max(machine.ram, vram) }[memory.in];
	if (room >= memory.bytes) return undefined;
	return memory.in === 'gpu' ? `a GPU with ${inGigabytes(memory.bytes)}` : `${inGigabytes(memory.bytes)} of memory`;
}
