import { describeMachine } from '../../inference/machine/machine';
import type { Choice } from '../../inference/models/best-tier';
import { modelBytes, isModelTask } from '../../inference/models/catalogue/catalogue';
import { type CatalogueModel, modelTasks } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import { pairedChat, pairedRecognisers } from '../../inference/models/pair';
import { size } from '../../inference/models/sizes';
import type { StoredModel } from '../../inference/models/store/store';
import type { ModelTrial } from '../../rpc/inference-protocol';
import type { Terminal } from './terminal';
import { UsageError } from '../command';

/** Shows the catalogue, which models are installed, and what auto uses. */
export async function list(models: Models, terminal: Terminal): Promise<void> {
	const choices = await Promise.all(modelTasks.map((task) => models.choose(task)));
	const trials = await models.trials();
	const rows = await Promise.all((await models.store.list()).map(async ({ model, here }) => await row(models, choices, model, here, trials.get(model.id))));
	for (const line of table([['', 'id', 'task', 'size', 'on this machine', 'licence'], ...rows])) terminal.out(line);
	terminal.out('\n* best for this machine; "auto" uses it once it is installed');
	terminal.out('\nLicences:');
	for (const line of table(await licenceRows(models))) terminal.out(`  ${line}`);
	terminal.out(`\nThis machine has ${describeMachine(await models.machine())}.`);
	const snac = await models.snacPlace();
	if (snac) terminal.out(`SNAC, which makes Orpheus's tokens audible, runs on the ${snac.onCard ? 'GPU' : 'CPU'} (${snac.why}).`);
	for (const { task, id, reason } of choices) terminal.out(`  ${task.padEnd(10)}  ${id === undefined ? 'none' : models.nameOf(id)}: ${reason}`);
	const [hears, answers] = await pairInUse(models);
	const { voices } = await models.here();
	terminal.out(`\nNow "auto" hears with ${models.inSentence(hears)}, answers with ${models.inSentence(answers)} and speaks with ${models.inSentence(voices[0] ?? '')}.`);
	terminal.out(`Folder: ${models.store.folder}`);
	const { absent, bytes } = await models.suited();
	if (absent.length > 0) terminal.out(`Download what suits this machine (${size(bytes)}): voice-loop models fetch auto`);
	if (!models.catalogue.verified) terminal.out(`\nNote: ${models.catalogue.provenance}`);
}

async function row(models: Models, choices: readonly Choice[], model: CatalogueModel, here: StoredModel | undefined, trial: ModelTrial | undefined): Promise<string[]> {
	const begun = here ? 0 : await models.begun(model);
	const whole = modelBytes(model);
	return [
		choices.some(({ id }) => id === model.id) ? '*' : '',
		model.id,
		model.task,
		size(here?.bytes ?? whole),
		here ? installed(trial) : begun > 0 ? `partly, ${size(begun)} of ${size(whole)}` : 'not installed',
		model.licences.join(' + '),
	];
}

function installed(trial: ModelTrial | undefined): string {
	if (!trial) return 'installed';
	return trial.holdsRealTime ? 'installed, holds real time' : 'installed, too slow here';
}

async function licenceRows(models: Models): Promise<string[][]> {
	return await Promise.all(
		models.catalogue.licences.map(async (licence) => {
			const at = await models.licences.acceptedAt(licence);
			const state = at !== undefined ? `accepted on ${at.slice(0, 10)}` : licence.mustAccept ? 'to be accepted' : '';
			return [licence.id, state, licence.url, licence.name];
		}),
	);
}

/** Who hears and who answers where both nodes are on auto. */
export async function pairInUse(models: Models): Promise<[string, string]> {
	const here = await models.here();
	const hears = pairedRecognisers(['auto'], ['auto'], here);
	return [hears[0]?.name ?? '', pairedChat(['auto'], hears, here)[0]?.name ?? ''];
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

/** Prints a path, or the name of a voice that ships with the package, and why. @returns 1 where there is nothing */
export async function which(models: Models, terminal: Terminal, task: string): Promise<number> {
	if (!isModelTask(task)) throw new UsageError(`There is no task "${task}". The tasks are: ${modelTasks.join(', ')}.`);
	const { id, model, name, why } = await models.usable(task);
	const [hears] = task === 'transcribe' ? await pairInUse(models) : [id];
	if (hears !== undefined && hears !== id) {
		terminal.out(await models.locate(hears, task));
		terminal.note(`${name} is used once there is a language model to go with it (voice-loop models fetch auto).`);
		return 0;
	}
	if (model !== undefined) terminal.out(model);
	terminal.note(why);
	return model === undefined ? 1 : 0;
}
