import { describeMachine } from '../../inference/machine/machine';
import type { Choice } from '../../inference/models/best-tier';
import { modelBytes, isModelTask } from '../../inference/models/catalogue/catalogue';
import { type CatalogueModel, modelTasks } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import { size } from '../../inference/models/sizes';
import type { StoredModel } from '../../inference/models/store/store';
import type { Terminal } from './terminal';
import { UsageError } from '../command';

/** Shows the catalogue, which models are downloaded, and what auto uses. */
export async function list(models: Models, terminal: Terminal): Promise<void> {
	const choices = await Promise.all(modelTasks.map((task) => models.choose(task)));
	const rows = await Promise.all((await models.store.list()).map(async ({ model, here }) => await row(models, choices, model, here)));
	for (const line of table([['', 'id', 'task', 'size', 'downloaded', 'licence'], ...rows])) terminal.out(line);
	terminal.out('\n* best for this machine; "auto" uses it once it is downloaded');
	terminal.out(`\nThis machine has ${describeMachine(await models.machine())}.`);
	for (const { task, id, reason } of choices) terminal.out(`  ${task.padEnd(10)}  ${id ?? 'none'}: ${reason}`);
	terminal.out(`\nFolder: ${models.store.folder}`);
	if (rows.some(([mark, , , , here]) => mark === '*' && here !== 'yes')) terminal.out('Download what suits this machine: voice-loop models fetch auto');
	if (!models.catalogue.verified) terminal.out(`\nNote: ${models.catalogue.provenance}`);
}

async function row(models: Models, choices: readonly Choice[], model: CatalogueModel, here: StoredModel | undefined): Promise<string[]> {
	const begun = here ? 0 : await models.begun(model);
	return [
		choices.some(({ id }) => id === model.id) ? '*' : '',
		model.id,
		model.task,
		size(here?.bytes ?? modelBytes(model)),
		here ? 'yes' : begun > 0 ? `${size(begun)} so far` : 'no',
		model.licences.join(' + '),
	];
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

/** Prints a path, or the name of a voice that ships with the package, and why. @returns 1 where there is nothing */
export async function which(models: Models, terminal: Terminal, task: string): Promise<number> {
	if (!isModelTask(task)) throw new UsageError(`There is no task "${task}". The tasks are: ${modelTasks.join(', ')}.`);
	const { model, why } = await models.usable(task);
	if (model !== undefined) terminal.out(model);
	terminal.note(why);
	return model === undefined ? 1 : 0;
}
