import { modelBytes } from '../../inference/models/catalogue/catalogue';
import { modelTasks } from '../../inference/models/catalogue/schema';
import { describeMachine } from '../../inference/models/machine/machine';
import type { Models } from '../../inference/models/models';
import { size } from './sizes';
import type { Terminal } from './terminal';

/** Shows the catalogue, what of it is here, and what auto takes. */
export async function list(models: Models, terminal: Terminal): Promise<void> {
	const choices = await Promise.all(modelTasks.map((task) => models.choose(task)));
	const rows = (await models.store.list()).map(({ model, here }) => [
		choices.some(({ id }) => id === model.id) ? '*' : '',
		model.id,
		model.task,
		here ? size(here.bytes) : `~${size(modelBytes(model))}`,
		here ? 'yes' : 'no',
		model.licences.join(' + '),
	]);
	for (const line of table([['', 'id', 'task', 'size', 'here', 'licence'], ...rows])) terminal.out(line);
	terminal.out(`\n* auto takes these. This machine has ${describeMachine(await models.machine())}.`);
	for (const { task, id, reason } of choices) terminal.out(`  ${task.padEnd(10)} ${id ?? 'none'}: ${reason}`);
	terminal.out(`\nThey lie in ${models.store.folder}`);
	if (!models.catalogue.verified) terminal.out(models.catalogue.provenance);
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
