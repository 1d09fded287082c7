import type { Engines } from '../../contract/control';
import { modelBytes } from './catalogue/catalogue';
import type { CatalogueModel, ModelTask } from './catalogue/schema';
import { PACK_CHAT, PACK_RECOGNISER } from '../../contract/engines';
import { tooBig } from './best-tier';
import type { Models } from './models';
import { PACK_NAME } from './names';
import { pairedRecognisers } from './pair';
import { size } from './sizes';

type Choice = Engines['chat'][number];

/** The models that ship with the package. */
const PACK_CHOICES: Partial<Record<ModelTask, Choice>> = {
	transcribe: {
		value: PACK_RECOGNISER,
		name: capital(PACK_NAME),
		description: 'Streams, needs no download. Understands only some 260 English words about appointments.',
	},
	chat: {
		value: PACK_CHAT,
		name: capital(PACK_NAME),
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
	const { id, name, why } = await models.usable(task);
	if (id === undefined) return { value: 'auto', name: 'Auto: no suitable model on this machine', description: why };
	const [pair] = task === 'transcribe' ? pairedRecognisers(['auto'], ['auto'], await models.here()) : [];
	if (pair === undefined || pair.name === id) return { value: 'auto', name: `Auto: ${name}`, description: why };
	const fetch = await models.worthFetching('chat');
	return {
		value: 'auto',
		name: `Auto: ${models.nameOf(pair.name)}`,
		description: `Where Llama Chat is on Auto, too: there is no language model here to go with ${name}${fetch === undefined ? '' : ` (voice-loop models fetch ${fetch})`}. With another one, Auto is ${name}.`,
	};
}

function capital(words: string): string {
	return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
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
